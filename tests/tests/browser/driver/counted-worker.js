// Starts the engine as the page does, and tells a channel what its helpers answer. With `?dies` in its address
// each helper dies after a second.
import "./start-worker.js";

if (self.name === "helper" && self.location.search === "?dies") {
  setTimeout(() => {
    throw new Error("died");
  }, 1000);
}
const channel = new BroadcastChannel("helpers");
self.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => channel.postMessage(data[0]));
  }
};
