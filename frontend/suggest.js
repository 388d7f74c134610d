// Suggestions while one types: <input data-suggest="URL"> asks URL?q=… for [{value, note}] and offers them below
// (the combobox pattern of ARIA). What is typed counts as it stands; nobody has to choose.
const PAUSE = 180;
let number = 0;

export function suggest(input, url) {
  if (!url || input.dataset.suggesting) return;
  input.dataset.suggesting = "true";
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `suggestions-${++number}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") ?? input.labels?.[0]?.textContent.trim() ?? "");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" })) {
    input.setAttribute(name, value);
  }
  let [waiting, asked, at] = [0, "", -1];

  const show = (found) => {
    at = -1;
    list.replaceChildren(
      ...found.map(({ value, note }, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.dataset.value = value;
        item.textContent = value;
        if (note) {
          const more = document.createElement("span");
          more.className = "meta";
          more.textContent = note;
          item.append(" ", more);
        }
        return item;
      }),
    );
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  };
  const hide = () => show([]);
  const take = (item) => {
    input.value = item.dataset.value;
    hide();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    if ("suggestSubmits" in input.dataset) input.form?.requestSubmit();
  };
  const mark = (to) => {
    const items = [...list.children];
    at = (to + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    items[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[at].id);
  };
  const ask = async () => {
    const word = input.value.trim();
    if (word === asked) return;
    asked = word;
    if (!word) return hide();
    try {
      const answer = await fetch(`${url}?q=${encodeURIComponent(word)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const found = await answer.json();
      if (input.value.trim() === word && document.activeElement === input) show(found.results.filter((one) => one.value !== word));
    } catch {
      // Without the network one types the name
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at < 0 ? -1 : at - 1);
    else if (event.key === "Escape") hide();
    else if (event.key === "Enter" && at >= 0) take(list.children[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", hide);
  // Before the input loses its focus
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) take(item);
  });
}

const watch = (root) => root.querySelectorAll?.("[data-suggest]").forEach((input) => suggest(input, input.dataset.suggest));
watch(document);
document.addEventListener("htmx:load", ({ detail }) => watch(detail.elt));
// Rows that are added later
document.addEventListener("focusin", ({ target }) => target.dataset?.suggest && suggest(target, target.dataset.suggest));
