// The meters are drawn anew with every save: one that is open stays open. A link to a field puts the cursor in it.
let open = new Set();
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (detail.target?.id !== "meters") return;
  open = new Set([...detail.target.querySelectorAll("details[open]")].map((one) => one.dataset.meter));
});
document.addEventListener("htmx:oobAfterSwap", () => {
  for (const one of document.querySelectorAll("#meters details")) if (open.has(one.dataset.meter)) one.open = true;
});

const focusTarget = () => {
  const found = location.hash.startsWith("#id_") && document.getElementById(location.hash.slice(1));
  if (!found) return;
  (found.matches("input, select, textarea") ? found : found.querySelector("input, select, textarea"))?.focus();
};
addEventListener("hashchange", focusTarget);
focusTarget();
