// Goes wrong in the way that its address says. A test adds it to a page, to see that each way is noticed.
({
  said: () => console.error("said", 1),
  warned: () => console.warn("warned"),
  thrown: () => setTimeout(() => {
    throw new Error("thrown by a timer");
  }),
  rejected: () => Promise.reject(new Error("not awaited")),
  missing: () => document.head.append(Object.assign(document.createElement("script"), { src: "nothing-there.js" })),
  // There is no such module for the engine to start.
  worker: () => new Worker("start-worker.js", { type: "module" }).postMessage(["nothing-there.wasm", "worker.js"]),
})[new URL(document.currentScript.src).search.slice(1)]();
