// Times this project's step of the preset language-copy, as visitors use it.
import { timed } from './quanta.js';

export async function bench(device, _tokens, context, heads, depth, width, batch, steps) {
  // Evaluations are of one sentence a quantum. What is left out is as in the preset.
  return timed(device, {
    version: 2, task: 'language', model: 'transformer', context, heads, kv_heads: heads, depth, width, batch_size: batch,
    optimizer: 'adamw', lr: 3e-3, beta2: 0.99, weight_decay: 0.01, warmup: 50, steps: steps + 1,
    log_schedule: 'linear', log_every: 1_000_000, eval_per_task: 1,
  });
}
