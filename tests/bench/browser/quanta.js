// Times this project as a visitor meets it: the site's own worker, asked to train.
export async function bench(device, nTasks, nBits, k, width, batch, steps) {
  const config = {
    version: 1, n_tasks: nTasks, n_bits: nBits, k, width, batch_size: batch, steps: steps + 1,
    // No log but the first and the last, and those as small as they can be.
    log_schedule: 'linear', log_every: 1_000_000, eval_per_task: 1,
  };
  const module = await WebAssembly.compileStreaming(fetch('/site/worker_bg.wasm'));
  return new Promise((resolve, reject) => {
    const worker = new Worker('/site/engine.js', { type: 'module' });
    worker.postMessage(module);
    const progress = [];
    let asked = performance.now();
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data: [json] }) => {
      const message = JSON.parse(json);
      const now = performance.now();
      if (message.message === 'ready') {
        asked = now;
        const start = { command: 'start', run: 1, config: JSON.stringify(config), device: device === 'webgpu' ? 'gpu' : 'cpu', paused: false };
        worker.postMessage([JSON.stringify(start), null]);
      } else if (message.message === 'state' && message.state.state === 'failed') {
        reject(new Error(message.state.message));
      } else if (message.message === 'event') {
        const { event } = message;
        if (event.event === 'progress') progress.push({ step: event.step, at: now });
        if (event.event === 'evaluation' && event.step > steps) {
          // From the first report after the first step to the last report: whole steps, end to end.
          const [first, last] = [progress.find((p) => p.step >= 1), { step: event.step, at: now }];
          worker.terminate();
          resolve({ ms_per_step: (last.at - first.at) / (last.step - first.step), first_step_ms: first.at - asked });
        }
      }
    };
  });
}
