// Sets the theme before the first paint: the link's, else the stored choice, else the system's.
(() => {
  const linked = new URLSearchParams(location.search.replaceAll("&amp;", "&")).get("theme");
  let stored = null;
  try {
    stored = localStorage.getItem("theme");
  } catch {
    // Storage may be blocked, for example in a frame. The system's preference then applies.
  }
  const known = (word) => (word === "light" || word === "dark" ? word : null);
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = known(linked) ?? known(stored) ?? system;
})();
