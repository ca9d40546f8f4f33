// Starts the page. The build writes where its two files are into this script's element: in a folder
// with a hash in its name, so that a new version is never mixed with an old one from the browser's cache.
const { js, wasm } = document.getElementById("start").dataset;
const starting = document.getElementById("starting");
// What the page needs in order to come this far.
document.getElementById("starting-needs").remove();

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
