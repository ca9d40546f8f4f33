// Starts the engine in its worker. The page has fetched and compiled it; the first message is the module.
import init from "./worker.js";

self.onmessage = async ({ data: module }) => {
  self.onmessage = null;
  try {
    await init({ module_or_path: module });
  } catch (error) {
    // Thrown from here on its own, it reaches the page as the worker's error.
    setTimeout(() => {
      throw error;
    });
  }
};
