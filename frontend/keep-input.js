// Nothing typed is lost: <form data-keep-input="KEY" data-saved-at="ISO time of the server's copy"> keeps what
// is typed on this device until the server has it. Passwords and files are never kept.
const PREFIX = "kept-input:";
const KEEP_DAYS = 14;

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
};
const forget = (key) => localStorage.removeItem(PREFIX + key);
const write = (key, kept) => {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(kept));
  } catch {
    // A full or forbidden store: the form works as any other form does.
  }
};

const controls = (form) =>
  [...form.elements].filter(
    (control) =>
      control.name &&
      control.name !== "csrfmiddlewaretoken" &&
      !["password", "file", "hidden", "submit", "button", "reset", "fieldset"].includes(control.type),
  );

/** What is typed now, as {name: [values]}; every control has an entry, so that emptied ones differ too. */
function typed(form) {
  const values = {};
  for (const control of controls(form)) {
    const list = (values[control.name] ??= []);
    if (control.type === "checkbox" || control.type === "radio") {
      if (control.checked) list.push(control.value);
    } else if (control.type === "select-multiple") {
      list.push(...[...control.selectedOptions].map((option) => option.value));
    } else {
      list.push(control.value);
    }
  }
  return values;
}

function restore(form, { values, version }) {
  const taken = {};
  // What is brought back was typed on what the page showed then, and a save of it may have gone through
  if (version && form.elements.version) form.elements.version.value = version;
  if (version) owes(form, true);
  for (const control of controls(form)) {
    const list = values[control.name];
    if (!list) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = list.includes(control.value);
    } else if (control.type === "select-multiple") {
      for (const option of control.options) option.selected = list.includes(option.value);
    } else {
      // Several controls of one name take their values in order.
      taken[control.name] ??= 0;
      control.value = list[taken[control.name]++] ?? control.value;
    }
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Whether the page still waits for an answer to a save: the server then takes what was saved meanwhile as its own. */
function owes(form, is) {
  const field = form.querySelector("[data-unanswered]");
  if (field) field.value = is ? "1" : "";
}

const differs = (now, kept) =>
  Object.entries(kept).some(([name, list]) => name in now && JSON.stringify(now[name]) !== JSON.stringify(list));

function offer(form, key, kept) {
  const banner = document.getElementById("kept-input").content.firstElementChild.cloneNode(true);
  const when = banner.querySelector("time");
  when.dateTime = new Date(kept.at).toISOString();
  when.textContent = new Date(kept.at).toLocaleString(document.documentElement.lang, {
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
  banner.querySelector("[data-restore]").addEventListener("click", () => {
    banner.remove();
    restore(form, kept);
  });
  banner.querySelector("[data-discard]").addEventListener("click", () => {
    banner.remove();
    forget(key);
  });
  form.prepend(banner);
}

function watch(form) {
  if (form.dataset.keeping) return;
  form.dataset.keeping = "true";
  const key = form.dataset.keepInput;
  const kept = read(key);
  const savedAt = Date.parse(form.dataset.savedAt ?? "") || 0;
  if (form.dataset.saved === "true" || (kept && Date.now() - kept.at > KEEP_DAYS * 86_400_000)) {
    forget(key);
  } else if (kept && kept.at > savedAt && differs(typed(form), kept.values)) {
    offer(form, key, kept);
  }
  let waiting;
  const keep = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => write(key, { at: Date.now(), values: typed(form), version: form.elements.version?.value }), 250);
  };
  form.addEventListener("input", keep);
  // Not what `restore` tells of; a field that a script fills in tells of itself
  form.addEventListener("change", (event) => event.target !== form && keep());
}

const say = (form, state) => {
  const line = form.querySelector("[data-save-state]");
  if (!line) return;
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  line.dataset.saveState = state;
  line.textContent = (line.dataset[state] ?? "").replace("{time}", time);
};
const keepingForm = ({ detail }) => {
  const form = detail.elt.closest?.("form[data-keep-input]");
  return form && detail.requestConfig.verb !== "get" ? form : null;
};

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = keepingForm(event);
  if (!form) return;
  form.requestBegan = Date.now();
  form.owedBefore = form.querySelector("[data-unanswered]")?.value === "1";
  owes(form, true);
  say(form, "saving");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = keepingForm(event);
  if (!form) return;
  const { successful, xhr } = event.detail;
  const stored =
    successful && (/\bsaved\b/.test(xhr.getResponseHeader("HX-Trigger") ?? "") || /data-saved="true"/.test(xhr.responseText));
  if (stored) {
    // What was typed while the request was under way is not yet with the server.
    const kept = read(form.dataset.keepInput);
    if (kept && kept.at <= form.requestBegan) forget(form.dataset.keepInput);
  }
  // An answer tells what became of the save; none, or one of a server in trouble, leaves it open
  if (stored || (xhr.status && xhr.status < 500)) owes(form, !stored && form.owedBefore);
  say(form, stored ? "stored" : successful && xhr.status !== 422 ? "idle" : "failed");
});
document.addEventListener("request-failed", ({ target }) => target.matches("form") && say(target, "failed"));

// A form sent without HTMX was accepted when the server led on to another page; then the copy has done its work.
const SENT = "kept-input-sent";
document.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (!target.matches("form[data-keep-input]") || defaultPrevented) return;
  sessionStorage.setItem(SENT, target.dataset.keepInput);
  // After the browser has gathered what it sends; holds where one comes back to this page
  setTimeout(() => owes(target, true));
});
function settle() {
  const key = sessionStorage.getItem(SENT);
  if (!key || location.pathname === document.body.dataset.signIn) return;
  sessionStorage.removeItem(SENT);
  const wasLedOn = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  if (wasLedOn && !document.querySelector(`form[data-keep-input="${CSS.escape(key)}"]`)) forget(key);
}

// Signing out on a shared computer leaves nothing behind.
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-forget-kept-input]")) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
});

const watchAll = (root) => {
  if (root.matches?.("form[data-keep-input]")) watch(root);
  root.querySelectorAll?.("form[data-keep-input]").forEach(watch);
};
settle();
watchAll(document);
document.addEventListener("htmx:load", ({ detail }) => watchAll(detail.elt));
