// node open.mjs SITE
// Opens the built site in headless Chromium with nothing cached, and prints one JSON object in
// milliseconds since the navigation began: { first_paint_ms, start_enabled_ms }.
import { withPage } from './serve.mjs';

await withPage(process.argv[2], async (page) => {
  await page.goto(new URL('/site/', page.url()).href, { waitUntil: 'commit' });
  const found = await page.waitForFunction(() => {
    const isStart = (button) => button.textContent.trim() === 'Start' && !button.disabled;
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return [...document.querySelectorAll('button')].some(isStart) && paint
      && { first_paint_ms: paint.startTime, start_enabled_ms: performance.now() };
  }, undefined, { polling: 10, timeout: 120_000 });
  console.log(JSON.stringify(await found.jsonValue()));
});
