// Starts the engine in its worker. The page has fetched and compiled it; the first message is the module.
// What the build wrote down of the engine's content is in this script's address, and goes into the next.
self.onmessage = async ({ data: module }) => {
  self.onmessage = null;
  try {
    const { default: init } = await import(`./worker.js${self.location.search}`);
    await init({ module_or_path: module });
  } catch (error) {
    // Thrown from here on its own, it reaches the page as the worker's error.
    setTimeout(() => {
      throw error;
    });
  }
};
