// Keeps what a page or its worker writes to the console as an error or a warning, and what they throw,
// in the tab's session storage, as a list of texts. For browsers whose drivers don't tell of the console.
{
  const key = "console-problems";
  const channel = new BroadcastChannel(key);
  const keep = (text) => sessionStorage.setItem(key, JSON.stringify([...JSON.parse(sessionStorage.getItem(key) ?? "[]"), text]));
  const inPage = typeof document !== "undefined";
  const tell = inPage ? keep : (text) => channel.postMessage(`worker: ${text}`);
  if (inPage) channel.onmessage = ({ data }) => keep(data);

  const inWords = (value) => (value instanceof Error ? `${value}\n${value.stack}` : String(value));
  for (const level of ["error", "warn"]) {
    const write = console[level].bind(console);
    console[level] = (...values) => {
      tell(`${level}: ${values.map(inWords).join(" ")}`);
      write(...values);
    };
  }
  // Captured, because a file that can't be loaded has an event that doesn't bubble.
  addEventListener(
    "error",
    (event) => tell(event.message ? `thrown: ${event.message}` : `not loaded: ${event.target.src ?? event.target.href}`),
    true,
  );
  addEventListener("unhandledrejection", ({ reason }) => tell(`rejected: ${inWords(reason)}`));
  addEventListener("securitypolicyviolation", (event) => tell(`refused by ${event.effectiveDirective}: ${event.blockedURI}`));
}
