// node analyst.mjs SITE RUN SAMPLES K
// RUN is a run's file in this folder. Clusters its gradients as visitors do, by the built site's analyst in headless
// Chromium: signed and spectral, at the predicting place. Prints one JSON object: { seconds }.
import { withPage } from './serve.mjs';

const [site, run, samples, k] = process.argv.slice(2);
await withPage(site, async (page) => {
  const result = await page.evaluate(async ([run, samples, k]) => {
    const module = await WebAssembly.compileStreaming(fetch('/site/analyst_bg.wasm'));
    const bytes = new Uint8Array(await (await fetch('/' + run)).arrayBuffer());
    const ask = {
      samples, draw: 'balanced', below_nats: 0.1, places: 'predicting', projection: 0, similarities: ['signed'],
      methods: ['spectral'], k: [k], neighbours: 15, starts: 30, stability: 0, seed: 0,
    };
    return new Promise((resolve, reject) => {
      const worker = new Worker('/site/start-worker.js', { type: 'module' });
      worker.postMessage([module, 'analyst.js']);
      let begun;
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data: [json] }) => {
        const message = JSON.parse(json);
        if (message.ready) {
          begun = performance.now();
          worker.postMessage([JSON.stringify({ open: {} }), bytes]);
          worker.postMessage([JSON.stringify({ find: { ask } }), null]);
        } else if (message.failed) {
          reject(new Error(message.failed.message));
        } else if (message.found) {
          resolve({ seconds: (performance.now() - begun) / 1000 });
        }
      };
    });
  }, [run, Number(samples), Number(k)]);
  console.log(JSON.stringify(result));
});
