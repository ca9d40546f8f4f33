// Starts the page. The build writes the names of its two files into this script's element. The names
// contain a hash, so that the browser never mixes a new file with an old one from its cache.
const { js = "app.js", wasm = "app_bg.wasm" } = document.getElementById("start")?.dataset ?? {};
const starting = document.getElementById("starting");

try {
  const page = await import(new URL(js, import.meta.url));
  await page.default({ module_or_path: new URL(wasm, import.meta.url) });
  starting.remove();
} catch (error) {
  console.error(error);
  const old = typeof WebAssembly === "undefined";
  document.getElementById("starting-words").textContent = old
    ? "This browser has no WebAssembly, which the lab needs. Please use a current browser."
    : `The page could not be started: ${error?.message ?? error}. Reloading may help; so may a current browser.`;
}
