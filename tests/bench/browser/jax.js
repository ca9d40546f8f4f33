import { numpy as np, nn, jit, valueAndGrad, init, defaultDevice } from '@jax-js/jax';
import { makeTask, makeBatch, makeClock } from './batch.js';

export async function bench(device, nTasks, n, k, width, batch, steps) {
  await init(device);
  defaultDevice(device);
  const task = makeTask(nTasks, n, k), clock = makeClock();
  const uniform = (shape, limit) => {
    const a = new Float32Array(shape.reduce((x, y) => x * y));
    for (let i = 0; i < a.length; i++) a[i] = (Math.random() * 2 - 1) * limit;
    return np.array(a).reshape(shape);
  };
  let P = { Wb: uniform([n, width], 0.04), Wt: uniform([nTasks, width], 0.04), b1: uniform([width], 0.04), W2: uniform([width, 2], 0.1), b2: uniform([2], 0.1) };
  const names = Object.keys(P);
  let M = {}, V = {};
  for (const q of names) { M[q] = np.zeros(P[q].shape); V[q] = np.zeros(P[q].shape); }
  const lossOf = (P, H, X, Y) => {
    const h = nn.relu(np.matmul(X, P.Wb).add(np.matmul(H, P.Wt)).add(P.b1));
    return np.mean(np.sum(nn.logSoftmax(np.matmul(h, P.W2).add(P.b2)).mul(Y), 1)).mul(-1);
  };
  const step = jit((P, M, V, lr, C, X, Y) => {
    const H = nn.oneHot(C, nTasks);
    const [l, G] = valueAndGrad(lossOf)(Object.fromEntries(names.map((q) => [q, P[q].ref])), H, X, Y);
    const nP = {}, nM = {}, nV = {};
    for (const q of names) {
      const m = M[q].mul(0.9).add(G[q].ref.mul(0.1));
      const v = V[q].mul(0.999).add(G[q].ref.mul(G[q]).mul(0.001));
      nM[q] = m.ref;
      nV[q] = v.ref;
      nP[q] = P[q].sub(m.mul(lr.ref).div(np.sqrt(v).add(1e-8)));
    }
    lr.dispose();
    return [nP, nM, nV, l];
  });
  for (let s = 0; s <= steps; s++) {
    const { codes, x, y } = makeBatch(task, batch);
    const lr = 1e-3 * Math.sqrt(1 - 0.999 ** (s + 1)) / (1 - 0.9 ** (s + 1));
    let l;
    [P, M, V, l] = step(P, M, V, np.array(lr), np.array(codes), np.array(x).reshape([batch, n]), np.array(y).reshape([batch, 2]));
    if (s % 10 === 0 || s === steps) { await l.data(); clock.read(s); }
    else l.dispose();
  }
  return clock.result(steps);
}
