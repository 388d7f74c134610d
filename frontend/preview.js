// A row of the sheet and what becomes of it light up together, by pointer and by keyboard alike.
function link({ target }) {
  const key = target.closest?.("[data-row]")?.dataset.row;
  for (const one of document.querySelectorAll("[data-row].is-linked")) one.classList.remove("is-linked");
  if (key) for (const one of document.querySelectorAll(`[data-row="${CSS.escape(key)}"]`)) one.classList.add("is-linked");
}

// On a narrow screen one side is shown at a time; which, outlives the exchange of the preview after a mend.
function show(side) {
  document.documentElement.dataset.side = side;
  for (const sides of document.querySelectorAll("[data-sides]")) {
    sides.hidden = false;
    for (const one of sides.querySelectorAll("[data-side-to]"))
      one.setAttribute("aria-pressed", one.dataset.sideTo === side);
  }
}

// The links between a row and its card lead to the other side
function cross(event) {
  const chosen = event.target.closest?.("[data-side-to]");
  if (chosen) return show(chosen.dataset.sideTo);
  const to = event.target.closest?.('#preview a[href^="#row-"], #preview a[href^="#sheet-"]')?.getAttribute("href");
  if (to) show(to.startsWith("#row-") ? "rows" : "sheet");
}

if (document.getElementById("preview")) {
  document.addEventListener("pointerover", link);
  document.addEventListener("focusin", link);
  document.addEventListener("click", cross);
  document.addEventListener("htmx:afterSettle", () => show(document.documentElement.dataset.side));
  show(location.hash.startsWith("#sheet-") || !document.querySelector(".becomes") ? "sheet" : "rows");
}
