// node memory.mjs DEVICE SITE steps config...
// DEVICE is cpu or webgpu. Trains in headless Chromium and prints a line of JSON per second:
// { step, kib }, where kib is the total resident memory of the browser's renderers and GPU process.
import fs from 'node:fs';
import { withPage } from './serve.mjs';

const [device, site, config] = process.argv.slice(2);

/** Lists all descendants of this process, with their resident memory and command lines. */
function descendants() {
  const parents = new Map();
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
      const number = (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1] ?? 0);
      parents.set(Number(pid), { parent: number('PPid'), kib: number('VmRSS'), command: fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') });
    } catch { /* The process has ended. */ }
  }
  const isDescendant = (pid) => { for (; pid > 1; pid = parents.get(pid)?.parent ?? 0) if (pid === process.pid) return true; return false; };
  return [...parents].filter(([pid]) => isDescendant(pid)).map(([, info]) => info);
}

await withPage(site, async (page) => {
  let step = 0;
  await page.exposeFunction('reportStep', (now) => { step = now; });
  const timer = setInterval(() => {
    const kib = descendants().filter(({ command }) => /--type=(renderer|gpu-process)/.test(command)).reduce((sum, { kib }) => sum + kib, 0);
    console.log(JSON.stringify({ step, kib }));
  }, 1000);
  await page.evaluate(async ([device, config]) => {
    const { run } = await import('/quanta.js');
    await run(device, config, ({ progress, evaluation }) => { window.reportStep((progress ?? evaluation)?.step ?? 0); });
  }, [device, JSON.parse(config)]);
  clearInterval(timer);
});
