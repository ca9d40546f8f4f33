import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { makeTask, makeBatch, makeClock } from './batch.js';

export async function bench(device, nTasks, n, k, width, batch, steps) {
  await tf.setBackend(device);
  await tf.ready();
  const task = makeTask(nTasks, n, k), clock = makeClock();
  const Wb = tf.variable(tf.randomUniform([n, width], -0.04, 0.04)), Wt = tf.variable(tf.randomUniform([nTasks, width], -0.04, 0.04));
  const b1 = tf.variable(tf.zeros([width])), W2 = tf.variable(tf.randomUniform([width, 2], -0.1, 0.1)), b2 = tf.variable(tf.zeros([2]));
  const optimizer = tf.train.adam(1e-3);
  for (let s = 0; s <= steps; s++) {
    const { codes, x, y } = makeBatch(task, batch);
    const C = tf.tensor1d(codes, 'int32'), X = tf.tensor2d(x, [batch, n]), Y = tf.tensor2d(y, [batch, 2]);
    const loss = optimizer.minimize(() => {
      const h = tf.relu(tf.add(tf.add(tf.matMul(X, Wb), tf.gather(Wt, C)), b1));
      return tf.mean(tf.neg(tf.sum(tf.mul(Y, tf.logSoftmax(tf.add(tf.matMul(h, W2), b2))), 1)));
    }, true);
    C.dispose(); X.dispose(); Y.dispose();
    if (s % 10 === 0 || s === steps) { await loss.data(); clock.read(s); }
    loss.dispose();
  }
  return clock.result(steps);
}
