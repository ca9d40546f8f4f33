// node memory.mjs DEVICE SITE steps config...
// DEVICE: cpu or webgpu. Trains in headless Chromium and prints a line of JSON a second:
// { step, kib }, the resident memory of the browser's renderers and its GPU process together.
import fs from 'node:fs';
import { withPage } from './serve.mjs';

const [device, site, config] = process.argv.slice(2);

/** All processes that descend from this one, with what they were started as. */
function descendants() {
  const parents = new Map();
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
      const number = (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1] ?? 0);
      parents.set(Number(pid), { parent: number('PPid'), kib: number('VmRSS'), command: fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') });
    } catch { /* It ended meanwhile. */ }
  }
  const ours = (pid) => { for (; pid > 1; pid = parents.get(pid)?.parent ?? 0) if (pid === process.pid) return true; return false; };
  return [...parents].filter(([pid]) => ours(pid)).map(([, it]) => it);
}

await withPage(site, async (page) => {
  let step = 0;
  await page.exposeFunction('tell', (now) => { step = now; });
  const timer = setInterval(() => {
    const kib = descendants().filter((it) => /--type=(renderer|gpu-process)/.test(it.command)).reduce((sum, it) => sum + it.kib, 0);
    console.log(JSON.stringify({ step, kib }));
  }, 1000);
  await page.evaluate(async ([device, config]) => {
    const { run } = await import('/quanta.js');
    await run(device, config, ({ progress, evaluation }) => { window.tell((progress ?? evaluation)?.step ?? 0); });
  }, [device, JSON.parse(config)]);
  clearInterval(timer);
});
