// This project as a visitor meets it: the site's own worker, asked to train.

/** Trains on `cpu` or `webgpu`; `hear` gets every event. Resolves to when the engine was ready. */
export async function run(device, config, hear) {
  const module = await WebAssembly.compileStreaming(fetch('/site/worker_bg.wasm'));
  return new Promise((resolve, reject) => {
    const worker = new Worker('/site/engine.js', { type: 'module' });
    worker.postMessage(module);
    let asked;
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data: [json] }) => {
      const message = JSON.parse(json);
      if (message.ready) {
        asked = performance.now();
        const start = { run: 1, config: JSON.stringify(config), device: device === 'webgpu' ? 'gpu' : 'cpu', paused: false };
        worker.postMessage([JSON.stringify({ start }), null]);
      } else if (message.state?.state.failed) {
        reject(new Error(message.state.state.failed.message));
      } else if (message.event) {
        hear(message.event.event);
        if (message.event.event.finished) {
          worker.terminate();
          resolve(asked);
        }
      }
    };
  });
}

export async function bench(device, nTasks, nBits, k, width, batch, steps) {
  const reports = [];
  const asked = await run(device, {
    version: 1, n_tasks: nTasks, n_bits: nBits, k, width, batch_size: batch, steps: steps + 1,
    // No log but the first and the last, and those as small as they can be.
    log_schedule: 'linear', log_every: 1_000_000, eval_per_task: 1,
  }, ({ progress, evaluation }) => {
    const step = (progress ?? evaluation)?.step ?? 0;
    if (step >= 1) reports.push({ step, at: performance.now() });
  });
  // From the first report after the first step to the last report: whole steps, end to end.
  const [first, last] = [reports[0], reports.at(-1)];
  return { ms_per_step: (last.at - first.at) / (last.step - first.step), first_step_ms: first.at - asked };
}
