// Generates batches of multitask sparse parity on the CPU: task codes, bits and one-hot labels.
export function makeTask(nTasks, n, k) {
  const subsets = [];
  for (let i = 0; i < nTasks; i++) {
    const s = new Set();
    while (s.size < k) s.add(Math.floor(Math.random() * n));
    subsets.push([...s]);
  }
  const p = Array.from({ length: nTasks }, (_, i) => (i + 1) ** -1.4);
  const z = p.reduce((a, b) => a + b);
  let c = 0;
  return { n, subsets, cdf: p.map((x) => (c += x / z)) };
}

export function makeBatch({ n, subsets, cdf }, batch) {
  const codes = new Int32Array(batch), x = new Float32Array(batch * n), y = new Float32Array(batch * 2);
  for (let i = 0; i < batch; i++) {
    const u = Math.random();
    let lo = 0, hi = cdf.length - 1;
    while (lo < hi) { const m = (lo + hi) >> 1; if (cdf[m] < u) lo = m + 1; else hi = m; }
    codes[i] = lo;
    for (let j = 0; j < n; j++) x[i * n + j] = Math.random() < 0.5 ? 1 : 0;
    let parity = 0;
    for (const j of subsets[lo]) parity ^= x[i * n + j];
    y[i * 2 + parity] = 1;
  }
  return { codes, x, y };
}

// Measures the time of the first step, compilation included, and the mean time of the steps after it.
export function makeClock() {
  const begun = performance.now();
  let first = null;
  return {
    // Call this when the results of `step` have been read back.
    read(step) { if (step === 0) first = performance.now(); },
    result(steps) { return { ms_per_step: (performance.now() - first) / steps, first_step_ms: first - begun }; },
  };
}
