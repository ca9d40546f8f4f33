// Starts the engine in its worker. The first message is the module, which the page has fetched and compiled.
// This script's query holds a checksum of the engine, which also goes into the address of worker.js.
self.onmessage = async ({ data: module }) => {
  self.onmessage = null;
  try {
    const { default: init } = await import(`./worker.js${self.location.search}`);
    await init({ module_or_path: module });
  } catch (error) {
    // Thrown outside the promise, so that the page gets it as the worker's error event.
    setTimeout(() => {
      throw error;
    });
  }
};
