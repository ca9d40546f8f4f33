// node bench.mjs SYSTEM SITE n_tasks n_bits k width batch steps
// SYSTEM: quanta-cpu, quanta-webgpu, jax-wasm, jax-webgpu or tfjs-webgpu. SITE: the built site's folder.
// Serves this folder and the site on loopback, runs the system in headless Chromium, and prints one
// JSON object: { ms_per_step, first_step_ms }.
import { chromium } from 'playwright-core';
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';

const [system, site, ...numbers] = process.argv.slice(2);
const [name, device] = system.split('-');
const config = numbers.map(Number);
const here = path.dirname(new URL(import.meta.url).pathname);
const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };
const server = http.createServer((request, response) => {
  const url = decodeURIComponent(request.url.split('?')[0]);
  if (url === '/') { response.setHeader('content-type', 'text/html'); response.end('<!doctype html><title>bench</title>'); return; }
  const file = url.startsWith('/site/') ? path.join(site, url.slice(6)) : path.join(here, url);
  if (!fs.existsSync(file)) { response.statusCode = 404; response.end(); return; }
  response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
  response.end(fs.readFileSync(file));
}).listen(0, '127.0.0.1');
await new Promise((ready) => server.once('listening', ready));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu'],
});
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error('page error:', error.message));
  page.on('console', (message) => { if (message.type() === 'error') console.error(message.text()); });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const result = await page.evaluate(async ([name, device, config]) => {
    const module = { quanta: '/quanta.js', jax: '/dist/jax.js', tfjs: '/dist/tfjs.js' }[name];
    return await (await import(module)).bench(device, ...config);
  }, [name, device, config]);
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
  server.close();
}
