// The reviewer's desk by keyboard. Every key presses a button or follows a link that is on the page, so nothing works
// by key alone. Off while one types, while a dialog is open, and where the reader has turned single keys off.
const OFF = "review-keys-off";

const isOff = () => {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
};
const place = () => document.querySelector("[data-keys]");
const types = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const press = (selector) => document.querySelector(selector)?.click();

/** j and k: from title to title, with the browser's own focus, so that Enter opens and a screen reader reads. */
function step(by) {
  const rows = [...document.querySelectorAll("[data-key-row]")];
  const here = rows.findIndex((row) => row.closest("tr").contains(document.activeElement));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const row = () => document.activeElement.closest?.("tr");
const queueKeys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => row()?.querySelector("[data-key-row]")?.click(),
  x: () => row()?.querySelector("input[type=checkbox]")?.click(),
};
const reviewKeys = {
  a: () => press("[data-key-approve]"),
  r: () => document.querySelector("#decision [name=note]")?.focus(),
  n: () => press("[data-key-next]"),
  p: () => press("[data-key-previous]"),
  u: () => press("[data-key-up]"),
};
const everywhere = {
  z: () => press("[data-key-back]"),
  "/": () => document.querySelector("[data-key-search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const where = place()?.dataset.keys;
  if (!where || event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
  const typing = types(event.target);
  if (where === "review" && typing && event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    press("[data-key-return]");
    return;
  }
  const digit = event.code.match(/^(?:Digit|Numpad)([1-9])$/)?.[1];
  if (where === "review" && digit && (typing ? event.altKey : !event.altKey) && !event.ctrlKey && !event.metaKey) {
    if (!typing && isOff()) return;
    const box = document.querySelectorAll("[data-remark]")[digit - 1];
    if (box) event.preventDefault();
    box?.click();
    return;
  }
  if (typing || isOff() || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = { ...everywhere, ...(where === "queue" ? queueKeys : reviewKeys) }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// A remark goes into the box that was written in last, one for a field into that field's; unticking takes it out.
let lastBox = null;
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("#decision textarea")) lastBox = target;
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-keys-off]")) {
    try {
      localStorage.setItem(OFF, target.checked ? "1" : "0");
    } catch {
      // A forbidden store: the choice holds for this page only.
    }
    return;
  }
  const text = target.dataset?.remark;
  if (!text) return;
  const own = target.dataset.remarkField && document.getElementById(`comment-${target.dataset.remarkField}`);
  const note = document.querySelector("#decision [name=note]");
  const box = own || (lastBox?.isConnected ? lastBox : note);
  if (target.checked) {
    box.value = box.value.trim() ? `${box.value.trimEnd()}\n${text}` : text;
    box.closest("details")?.setAttribute("open", "");
  } else {
    for (const one of document.querySelectorAll("#decision textarea")) one.value = one.value.replace(text, "").trim();
  }
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

// All rows of the page at one tick, and how many are ticked
function countTicked() {
  const rows = [...document.querySelectorAll("#many [name=row]")];
  const ticked = rows.filter((row) => row.checked).length;
  for (const all of document.querySelectorAll("[data-tick-all]")) {
    all.checked = rows.length > 0 && ticked === rows.length;
    all.indeterminate = ticked > 0 && ticked < rows.length;
  }
  for (const place of document.querySelectorAll("[data-ticked]")) place.hidden = ticked === 0;
  for (const count of document.querySelectorAll("[data-ticked-count]")) count.textContent = ticked;
}
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-tick-all]")) {
    for (const row of document.querySelectorAll("#many [name=row]")) row.checked = target.checked;
  }
  if (target.closest("#many")) countTicked();
});

// A click on a field's name opens its comment
document.addEventListener("click", ({ target }) => {
  const comment = target.closest(".facts--review dt")?.parentElement.querySelector(".comment");
  if (!comment) return;
  comment.open = true;
  comment.querySelector("textarea").focus();
});
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.(".comment") && target.open && target.contains(document.activeElement)) {
      target.querySelector("textarea").focus();
    }
  },
  true,
);

function prepare() {
  for (const hint of document.querySelectorAll("[data-keys-hint]")) hint.hidden = isOff();
  for (const box of document.querySelectorAll("[data-keys-off]")) box.checked = isOff();
  for (const place of document.querySelectorAll("[data-tick-all-place]")) place.hidden = false;
  countTicked();
}
prepare();
// The next one is there: reading begins at its title
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "review" && detail.elt?.id !== "review") return;
  prepare();
  lastBox = null;
  const alert = document.querySelector("#review .error-summary, #review [role=alert]");
  (alert ?? document.querySelector("[data-key-start]"))?.focus();
});
