// A row of the sheet and what becomes of it light up together, by pointer and by keyboard alike.
function link({ target }) {
  const key = target.closest?.("[data-row]")?.dataset.row;
  for (const one of document.querySelectorAll("[data-row].is-linked")) one.classList.remove("is-linked");
  if (key) for (const one of document.querySelectorAll(`[data-row="${CSS.escape(key)}"]`)) one.classList.add("is-linked");
}
if (document.getElementById("preview")) {
  document.addEventListener("pointerover", link);
  document.addEventListener("focusin", link);
}
