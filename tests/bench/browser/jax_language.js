// The training step of the preset language-copy's network in jax-js: the same sizes as in ../jax_language.py, on
// documents of random tokens.
import { numpy as np, nn, jit, valueAndGrad, init, defaultDevice } from '@jax-js/jax';
import { makeClock } from './batch.js';

/** Random parameters by name: matrices, and ones and zeros for the norms and biases. */
function initial(tokens, context, depth, width) {
  const parameters = {};
  const matrix = (name, rows, columns) => {
    const numbers = Float32Array.from({ length: rows * columns }, () => (Math.random() * 2 - 1) * Math.sqrt(3 / rows));
    parameters[name] = np.array(numbers).reshape([rows, columns]);
  };
  const row = (name, length, value) => { parameters[name] = np.array(new Float32Array(length).fill(value)); };
  const norm = (name) => { row(`${name}.gain`, width, 1); row(`${name}.bias`, width, 0); };
  matrix('embedding', tokens, width);
  matrix('positions', context, width);
  for (let at = 0; at < depth; at++) {
    norm(`${at}.attention`);
    for (const name of ['query', 'key', 'value', 'output']) matrix(`${at}.${name}`, width, width);
    norm(`${at}.feed`);
    matrix(`${at}.up`, width, 4 * width);
    row(`${at}.up.bias`, 4 * width, 0);
    matrix(`${at}.down`, 4 * width, width);
    row(`${at}.down.bias`, width, 0);
  }
  norm('norm');
  matrix('logits', width, tokens);
  return parameters;
}

export async function bench(device, tokens, context, heads, depth, width, batch, steps) {
  await init(device);
  defaultDevice(device);
  const clock = makeClock();
  let parameters = initial(tokens, context, depth, width);
  const names = Object.keys(parameters), zeros = () => Object.fromEntries(names.map((name) => [name, np.zeros(parameters[name].shape)]));
  let mean = zeros(), meanSquare = zeros();
  const meanLoss = (P, read, predicted) => {
    const of = (name) => P[name].ref;
    const normalised = (x, name) => nn.standardize(x, -1).mul(of(`${name}.gain`)).add(of(`${name}.bias`));
    // One-hot products: a gradient that gathers has to be able to scatter.
    let x = np.matmul(nn.oneHot(read, tokens), of('embedding')).reshape([batch, context, width]).add(of('positions'));
    for (let at = 0; at < depth; at++) {
      const y = normalised(x.ref, `${at}.attention`).reshape([batch * context, width]);
      const [query, key, value] = ['query', 'key', 'value'].map((name) =>
        np.matmul(y.ref, of(`${at}.${name}`)).reshape([batch, context, heads, width / heads]));
      y.dispose();
      const found = nn.dotProductAttention(query, key, value, { isCausal: true }).reshape([batch * context, width]);
      x = x.add(np.matmul(found, of(`${at}.output`)).reshape([batch, context, width]));
      const z = normalised(x.ref, `${at}.feed`).reshape([batch * context, width]);
      const hidden = nn.gelu(np.matmul(z, of(`${at}.up`)).add(of(`${at}.up.bias`)), { approximate: false });
      x = x.add(np.matmul(hidden, of(`${at}.down`)).add(of(`${at}.down.bias`)).reshape([batch, context, width]));
    }
    const logits = np.matmul(normalised(x, 'norm').reshape([batch * context, width]), of('logits'));
    return np.mean(np.sum(nn.logSoftmax(logits).mul(nn.oneHot(predicted, tokens)), 1)).mul(-1);
  };
  const step = jit((parameters, mean, meanSquare, rate, rise, read, predicted) => {
    const [loss, gradient] = valueAndGrad(meanLoss)(Object.fromEntries(names.map((name) => [name, parameters[name].ref])), read, predicted);
    const next = [{}, {}, {}];
    for (const name of names) {
      const g = gradient[name];
      const m = mean[name].mul(0.9).add(g.ref.mul(0.1));
      const v = meanSquare[name].mul(0.99).add(g.ref.mul(g).mul(0.01));
      next[1][name] = m.ref;
      next[2][name] = v.ref;
      const update = m.div(np.sqrt(v.div(rise.ref)).add(1e-8));
      next[0][name] = parameters[name].ref.sub(update.mul(rate.ref)).sub(parameters[name].mul(3e-5));
    }
    rate.dispose();
    rise.dispose();
    return [...next, loss];
  });
  for (let s = 0; s <= steps; s++) {
    const documents = Int32Array.from({ length: batch * (context + 1) }, () => Math.floor(Math.random() * tokens));
    const places = (from) => Int32Array.from({ length: batch * context }, (_, i) => documents[Math.floor(i / context) * (context + 1) + i % context + from]);
    let loss;
    [parameters, mean, meanSquare, loss] = step(parameters, mean, meanSquare, np.array(3e-3 / (1 - 0.9 ** (s + 1))),
      np.array(1 - 0.99 ** (s + 1)), np.array(places(0)), np.array(places(1)));
    if (s % 10 === 0 || s === steps) { await loss.data(); clock.read(s); }
    else loss.dispose();
  }
  return clock.result(steps);
}
