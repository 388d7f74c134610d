// Whoever goes by keyboard keeps their place: when results are replaced under them, and when they come back to a page.
const label = (element) => element.firstChild?.textContent.trim() ?? "";
let left; // the filter that was pressed, or "" for something else within the results

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  left = undefined;
  const at = document.activeElement;
  if (target.id !== "results" || !target.contains(at)) return;
  const filter = at.closest(".filters > *");
  left = filter ? label(filter.querySelector("summary") ?? filter) : "";
});
document.addEventListener("htmx:afterSettle", () => {
  const results = document.getElementById("results");
  const said = document.querySelector("[data-results-said]");
  // A status that comes with its words is not read out by all; this one stays, and its words change
  if (results && said) said.textContent = results.querySelector(".results__count")?.textContent.trim() ?? "";
  if (!results || left === undefined) return;
  const filters = [...results.querySelectorAll(".filters > details > summary, .filters > a")];
  (filters.find((one) => left && label(one) === left) ?? results).focus({ preventScroll: true });
  left = undefined;
});

// A browser that shows a page anew on the way back has forgotten which link was followed
const key = () => `left:${location.pathname}${location.search}`;
const links = (href) => [...document.querySelectorAll("main a[href]")].filter((one) => one.getAttribute("href") === href);
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("main a[href]");
  if (!link) return;
  const href = link.getAttribute("href");
  try {
    sessionStorage.setItem(key(), JSON.stringify([href, links(href).indexOf(link)]));
  } catch {
    // A browser that keeps nothing
  }
});
if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  try {
    const [href, place] = JSON.parse(sessionStorage.getItem(key()) ?? "[]");
    if (href && document.activeElement === document.body) (links(href)[place] ?? links(href)[0])?.focus({ preventScroll: true });
  } catch {
    // Nothing of ours
  }
}
