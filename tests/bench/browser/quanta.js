// Times this project as visitors use it, through the built site's worker.

/** Trains on `cpu`, on the CPU in one worker (`alone`) or on `webgpu`, and calls `onEvent` for every event. Resolves to the time at which the engine was ready. */
export async function run(device, config, onEvent) {
  const module = await WebAssembly.compileStreaming(fetch('/site/worker_bg.wasm'));
  return new Promise((resolve, reject) => {
    const worker = new Worker('/site/start-worker.js', { type: 'module', name: device === 'alone' ? 'alone' : '' });
    worker.postMessage([module, 'worker.js']);
    let started;
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data: [json] }) => {
      const message = JSON.parse(json);
      if (message.ready) {
        started = performance.now();
        const start = { run: 1, config: JSON.stringify(config), device: device === 'webgpu' ? 'gpu' : 'cpu', paused: false };
        worker.postMessage([JSON.stringify({ start }), null]);
      } else if (message.state?.state.failed) {
        reject(new Error(message.state.state.failed.message));
      } else if (message.event) {
        onEvent(message.event.event);
        if (message.event.event.finished) {
          worker.terminate();
          resolve(started);
        }
      }
    };
  });
}

/** Trains with these settings and resolves to the time of a step and of the first. */
export async function timed(device, config) {
  const reports = [];
  const started = await run(device, config, ({ progress, evaluation }) => {
    const step = (progress ?? evaluation)?.step ?? 0;
    if (step >= 1) reports.push({ step, at: performance.now() });
  });
  // Measures from the first report after step 1 to the last report, so that only whole steps count.
  const [first, last] = [reports[0], reports.at(-1)];
  return { ms_per_step: (last.at - first.at) / (last.step - first.step), first_step_ms: first.at - started };
}

export async function bench(device, nTasks, nBits, k, width, batch, steps) {
  return timed(device, {
    version: 1, n_tasks: nTasks, n_bits: nBits, k, width, batch_size: batch, steps: steps + 1,
    // Only the first and the last evaluation, with as few samples as possible.
    log_schedule: 'linear', log_every: 1_000_000, eval_per_task: 1,
  });
}
