// Light or dark, before anything is painted: the link's word, else the remembered choice, else the system's.
(() => {
  const asked = new URLSearchParams(location.search).get("theme");
  let remembered = null;
  try {
    remembered = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden, in a frame for one; the system's preference then decides.
  }
  const known = (word) => (word === "light" || word === "dark" ? word : null);
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = known(asked) ?? known(remembered) ?? system;
})();
