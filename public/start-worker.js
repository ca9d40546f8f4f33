// Starts one of the site's programs in its worker. The first message is its compiled module and the name of
// its script. This script's query holds a checksum of the program, which also goes into the script's address.
self.onmessage = async ({ data: [module, script] }) => {
  self.onmessage = null;
  try {
    const { default: init } = await import(`./${script}${self.location.search}`);
    await init({ module_or_path: module });
  } catch (error) {
    // Thrown outside the promise, so that the page gets it as the worker's error event.
    setTimeout(() => {
      throw error;
    });
  }
};
