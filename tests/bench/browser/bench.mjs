// node bench.mjs SYSTEM SITE n_tasks n_bits k width batch steps
// node bench.mjs SYSTEM SITE tokens context heads depth width batch steps
// SYSTEM is quanta-cpu, quanta-webgpu, jax-wasm, jax-webgpu or tfjs-webgpu; for a language quanta_language-cpu,
// quanta_language-alone, jax_language-wasm or the same with webgpu. SITE is the built site's folder.
// Runs the system in headless Chromium and prints one JSON object: { ms_per_step, first_step_ms }.
import { withPage } from './serve.mjs';

const [system, site, ...numbers] = process.argv.slice(2);
const [name, device] = system.split('-');
await withPage(site, async (page) => {
  const result = await page.evaluate(async ([name, device, config]) => {
    const module = {
      quanta: '/quanta.js', jax: '/dist/jax.js', tfjs: '/dist/tfjs.js', quanta_language: '/quanta_language.js', jax_language: '/dist/jax_language.js',
    }[name];
    return await (await import(module)).bench(device, ...config);
  }, [name, device, numbers.map(Number)]);
  console.log(JSON.stringify(result));
});
