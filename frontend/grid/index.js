// Sessions edited like a spreadsheet. The rows live here as plain objects; a hidden field holds them as JSON and goes
// with the form, which saves as one types (see keep-input.js). Rows that nobody touched go as their number only.
import "../../kepuyue/ui/static/ui/css/grid.css";
import { suggest } from "../suggest.js";
import { maker } from "./maker.js";
import { key } from "./making.js";
import { day, shifted, time, weekday } from "./reading.js";

const FEW = ["starts_on", "starts_at", "ends_at", "venue_name", "place", "capacity", "note"];
const ALL = [...FEW, "ends_on", "online_url", "safety_plan", "emergency_contact"];
const DAYS = new Set(["starts_on", "ends_on"]);
const TIMES = new Set(["starts_at", "ends_at"]);
const UNDOS = 100;
// A pause after the last change before the form is saved; while a cell is open it waits, but not for ever
const PAUSE = 700;
const PATIENCE = 8000;

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export function mount(section) {
  const given = JSON.parse(section.querySelector("#grid-data").textContent);
  given.words.columns = Object.fromEntries(given.words.columns);
  const { words } = given;
  given.venues = section.dataset.venues;
  const field = section.querySelector("[data-grid-value]");
  const form = field.form;
  const say = (word, values = {}) => word.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

  let rows = given.rows.map((row) => ({ ...row, stored: given.is_stored }));
  // Once changed or taken out, a stored row goes in full: the server may hold another text by now
  const touched = new Set();
  const [undone, redone] = [[], []];
  const chosen = new Set();
  const elements = new WeakMap();
  let columns = rows.some((row) => ALL.slice(FEW.length).some((name) => row[name])) ? ALL : FEW;
  let here = { row: 0, column: 0 };
  let editor = null;
  let waiting;

  // What stands on the page
  const body = el("tbody");
  const head = el("tr");
  const table = el("table", { class: "grid", role: "grid", "aria-label": words.label, "aria-multiselectable": "true" }, el("thead", {}, head), body);
  const count = el("span", { class: "meta", role: "status" });
  const note = el("p", { class: "visually-hidden", role: "status" });
  const empty = el("p", { class: "grid__empty" }, words.empty);
  const button = (label, act, more = {}) => el("button", { type: "button", class: "button button--secondary button--small", onclick: act, ...more }, label);
  const undoButton = button(words.undo, () => undo());
  const redoButton = button(words.redo, () => redo());
  const moreBox = el("input", { type: "checkbox", onchange: () => show(moreBox.checked ? ALL : FEW) });
  moreBox.checked = columns === ALL;
  const bulk = bulkBar();
  section.querySelector("[data-grid-place]").append(
    el("div", { class: "grid__bar" },
      button(words.add, () => add(), { class: "button button--primary button--small", "data-grid-add": true }),
      undoButton, redoButton, count,
      el("label", { class: "grid__more" }, moreBox, words.more)),
    maker(given, el, say, make),
    bulk.element,
    el("div", { class: "grid__box" }, table, empty),
    el("p", { class: "meta grid__hint" }, words.hint),
    note,
  );

  // Rows -----------------------------------------------------------------------------------------------------

  function change(next, { silent = false } = {}) {
    if (next.length > given.most) {
      note.textContent = say(words.most, { n: given.most });
      next = next.slice(0, given.most);
    }
    const left = new Set(next);
    for (const row of rows) if (row.id && !left.has(row)) touched.add(row.id);
    if (!silent) {
      undone.push(rows);
      if (undone.length > UNDOS) undone.shift();
      redone.length = 0;
    }
    rows = next;
    draw();
    put();
    save();
  }

  const edited = (row, values) => check({ ...row, ...values, stored: false, faults: undefined });
  const same = (row, values) => Object.entries(values).every(([name, value]) => (row[name] || "") === (value || ""));

  function check(row) {
    const faults = {};
    if (row.starts_at && row.ends_at && row.ends_at <= row.starts_at && (row.ends_on || row.starts_on) <= row.starts_on) {
      faults.ends_at = words.end_bad;
    }
    return Object.keys(faults).length ? { ...row, faults } : row;
  }

  function undo() {
    if (!undone.length) return;
    redone.push(rows);
    change(undone.pop(), { silent: true });
  }
  function redo() {
    if (!redone.length) return;
    undone.push(rows);
    change(redone.pop(), { silent: true });
  }

  /** One more, like the last one but for its day, with the cursor in it. */
  function add() {
    close(true);
    const last = rows.at(-1) ?? {};
    const { id, stored, faults, starts_on, ends_on, is_cancelled, is_full, note: _note, ...like } = last;
    change([...rows, { ...like, starts_on: "" }]);
    go(rows.length - 1, 0);
    open();
  }

  function make(made) {
    close(true);
    const known = new Set(rows.map(key));
    const fresh = made.filter((row) => !known.has(key(row)));
    // An untouched first row is no session
    const kept = rows.filter((row) => row.id || ALL.some((name) => row[name]));
    change([...kept, ...fresh].sort((a, b) => `${a.starts_on}${a.starts_at ?? ""}`.localeCompare(`${b.starts_on}${b.starts_at ?? ""}`)));
  }

  // What the form sends --------------------------------------------------------------------------------------

  function put() {
    field.value = JSON.stringify(
      rows.map(({ stored, faults, ...row }) => (stored && !touched.has(row.id) ? { id: row.id } : row)),
    );
  }

  function save(since = Date.now()) {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (editor && Date.now() - since < PATIENCE) return save(since);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }, PAUSE);
  }

  // Drawing --------------------------------------------------------------------------------------------------

  function show(which) {
    close(true);
    columns = which;
    here.column = Math.min(here.column, columns.length - 1);
    for (const row of rows) elements.delete(row);
    drawHead();
    draw();
  }

  const all = el("input", { type: "checkbox", "aria-label": words.select_all, onchange: () => choose(all.checked ? rows : []) });

  function drawHead() {
    head.replaceChildren(
      el("th", { scope: "col", class: "grid__pick" }, all),
      ...columns.map((name) => el("th", { scope: "col", class: `grid__${name}` }, words.columns[name])),
    );
  }

  function draw() {
    const made = rows.map((row) => {
      if (!elements.has(row)) elements.set(row, drawRow(row));
      return elements.get(row);
    });
    for (const row of chosen) if (!rows.includes(row)) chosen.delete(row);
    const old = [...body.children];
    if (old.length !== made.length || made.some((element, place) => element !== old[place])) body.replaceChildren(...made);
    empty.hidden = rows.length > 0;
    table.hidden = rows.length === 0;
    count.textContent = say(words.count, { n: rows.length });
    undoButton.disabled = !undone.length;
    redoButton.disabled = !redone.length;
    here.row = Math.max(0, Math.min(here.row, rows.length - 1));
    mark();
    bulk.draw();
  }

  function drawRow(row) {
    const pick = el("input", { type: "checkbox", tabindex: "-1", "aria-label": words.select });
    return el("tr", { class: row.is_cancelled ? "is-cancelled" : null },
      el("td", { class: "grid__pick", role: "gridcell" }, pick),
      ...columns.map((name) => {
        const fault = row.faults?.[name];
        return el("td", { role: "gridcell", tabindex: "-1", class: `grid__${name}`, "data-label": words.columns[name], "aria-invalid": fault ? "true" : null },
          el("span", { class: "grid__text" }, text(row, name)),
          fault ? el("span", { class: "grid__fault" }, fault) : null);
      }));
  }

  function text(row, name) {
    const value = row[name] ?? "";
    if (name === "starts_at" && row.is_all_day) return words.all_day;
    if (!DAYS.has(name) || !/^\d{4}-\d\d-\d\d$/.test(value)) return String(value);
    const plain = `${+value.slice(5, 7)}/${+value.slice(8)} ${words.weekdays[weekday(value)]}`;
    const shown = value.slice(0, 4) === given.first.slice(0, 4) ? plain : `${value.slice(0, 4)}/${plain}`;
    const state = row.is_cancelled ? words.cancelled : row.is_full ? words.is_full : "";
    return name === "starts_on" && state ? `${shown} ${state}` : shown;
  }

  const cell = (row = here.row, column = here.column) => body.children[row]?.children[column + 1];

  /** One cell can be reached by Tab, the others by arrows from there. */
  function mark() {
    for (const old of body.querySelectorAll("td[tabindex='0']")) old.tabIndex = -1;
    const now = cell();
    if (now) now.tabIndex = 0;
    rows.forEach((row) => {
      const element = elements.get(row);
      const is = chosen.has(row);
      if ((element.getAttribute("aria-selected") === "true") === is && element.hasAttribute("aria-selected")) return;
      element.setAttribute("aria-selected", String(is));
      element.firstChild.firstChild.checked = is;
    });
    all.checked = rows.length > 0 && chosen.size === rows.length;
    all.indeterminate = chosen.size > 0 && chosen.size < rows.length;
  }

  function go(row, column, { focus = true } = {}) {
    here = { row: Math.max(0, Math.min(row, rows.length - 1)), column: Math.max(0, Math.min(column, columns.length - 1)) };
    mark();
    if (focus) cell()?.focus();
  }

  function choose(which) {
    chosen.clear();
    for (const row of which) chosen.add(row);
    mark();
    bulk.draw();
  }

  // One cell -------------------------------------------------------------------------------------------------

  const isCoarse = matchMedia("(pointer: coarse)").matches;

  function open(typed) {
    const row = rows[here.row];
    const name = columns[here.column];
    if (!row || editor) return;
    const shown = name === "starts_at" && row.is_all_day ? words.all_day : String(row[name] ?? "");
    const picks = isCoarse && typed === undefined && !(name === "starts_at" && row.is_all_day);
    const input = el("input", {
      "aria-label": words.columns[name],
      class: "grid__input",
      type: picks && DAYS.has(name) ? "date" : picks && TIMES.has(name) ? "time" : "text",
      inputmode: name === "capacity" ? "numeric" : null,
      maxlength: { venue_name: 120, place: 200, online_url: 300, note: 120, safety_plan: 500, emergency_contact: 80 }[name],
      // The value is part of the hidden field; the form must not send it a second time
      form: "no-form",
    });
    const isDay = DAYS.has(name) && input.type === "text" && shown;
    input.value = typed ?? (isDay ? shown.replace(`${given.first.slice(0, 4)}-`, "").replaceAll("-", "/") : shown);
    editor = { input, row, name, place: cell(), before: input.value };
    editor.place.classList.add("is-open");
    editor.place.replaceChildren(input);
    if (name === "venue_name") suggest(input, given.venues);
    input.addEventListener("blur", () => close(true));
    input.focus();
    if (typed === undefined && input.type === "text") input.select();
    // One tap and not two; a browser that opens it by itself or not at all refuses
    if (picks && input.type !== "text") try { input.showPicker(); } catch { /* typed instead */ }
  }

  /** Leaves the open cell, with what was typed (keep) or as it was before. */
  function close(keep) {
    if (!editor) return;
    const { input, row, name, place, before } = editor;
    editor = null;
    const typed = input.value.trim();
    place.classList.remove("is-open");
    elements.delete(row);
    if (!keep || typed === before.trim()) {
      draw();
      return;
    }
    const values = read(name, typed, row);
    const next = same(row, values) && !values.faults ? row : values.faults ? { ...row, ...values, stored: false } : edited(row, values);
    if (next === row) draw();
    else change(rows.map((one) => (one === row ? next : one)));
    if (chosen.has(row)) {
      chosen.delete(row);
      chosen.add(next);
      mark();
    }
  }

  /** What is typed in a cell as values of the row; what is not understood stays as typed, with a word on it. */
  function read(name, typed, row = {}) {
    if (DAYS.has(name)) {
      const found = day(typed, given.first);
      return found === null ? { [name]: typed, faults: { ...row.faults, [name]: words.date_bad } } : { [name]: found };
    }
    if (TIMES.has(name)) {
      if (name === "starts_at" && (typed === words.all_day || typed === "全天")) return { is_all_day: true, starts_at: "", ends_at: "" };
      const found = time(typed);
      if (!found) return { [name]: typed, faults: { ...row.faults, [name]: words.time_bad } };
      return name === "starts_at" && found[1] ? { is_all_day: false, starts_at: found[0], ends_at: found[1] } : { is_all_day: false, [name]: found[0] };
    }
    if (name === "capacity") return { capacity: typed.normalize("NFKC").replace(/[,，人\s]/g, "") };
    return { [name]: typed };
  }

  const placeOf = (element) => ({
    row: [...body.children].indexOf(element.parentElement),
    column: [...element.parentElement.children].indexOf(element) - 1,
  });
  // Leaving an open cell draws its row anew, so that a click in that row would find nothing any more
  table.addEventListener("mousedown", (event) => {
    const place = event.target.closest("tbody td");
    if (!editor || !place || place === editor.place) return;
    const { row, column } = placeOf(place);
    event.preventDefault();
    close(true);
    if (column >= 0) {
      go(row, column);
      if (isCoarse) open();
    } else {
      here.row = row;
      pick();
    }
  });
  table.addEventListener("click", (event) => {
    const place = event.target.closest("tbody td");
    if (!place || editor) return;
    const { row, column } = placeOf(place);
    if (column < 0) {
      if (event.target.tagName !== "INPUT") place.querySelector("input").click();
      return;
    }
    const again = row === here.row && column === here.column && event.detail > 1;
    go(row, column);
    if (again || isCoarse) open();
  });
  table.addEventListener("dblclick", () => open());
  table.addEventListener("change", (event) => {
    const box = event.target.closest("tbody .grid__pick input");
    if (!box) return;
    event.stopPropagation();
    const row = rows[[...body.children].indexOf(box.closest("tr"))];
    if (box.checked) chosen.add(row);
    else chosen.delete(row);
    mark();
    bulk.draw();
  });
  // The grid's own controls are no fields of the form: the form saves when the hidden field says so
  section.addEventListener("input", (event) => event.stopPropagation());
  section.addEventListener("change", (event) => event.target !== field && event.stopPropagation());

  table.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.target === editor?.input) return keysInside(event);
    if (!event.target.matches("td")) return;
    const command = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    const act =
      command && event.key === "Enter" ? add
      : command && letter === "z" ? (event.shiftKey ? redo : undo)
      : command && letter === "y" ? redo
      : command && letter === "a" ? () => choose(rows)
      : command && letter === "d" ? likeAbove
      : command ? { Home: () => go(0, 0), End: () => go(rows.length - 1, columns.length - 1) }[event.key]
      : {
          ArrowUp: () => step(-1, event.shiftKey),
          ArrowDown: () => step(1, event.shiftKey),
          ArrowLeft: () => go(here.row, here.column - 1),
          ArrowRight: () => go(here.row, here.column + 1),
          PageUp: () => go(here.row - 10, here.column),
          PageDown: () => go(here.row + 10, here.column),
          Home: () => go(here.row, 0),
          End: () => go(here.row, columns.length - 1),
          Enter: () => open(),
          F2: () => open(),
          Delete: () => clear(),
          Backspace: () => clear(),
          Escape: () => choose([]),
          " ": () => pick(),
        }[event.key];
    if (act) {
      event.preventDefault();
      act();
      if ([undo, redo, likeAbove].includes(act)) cell()?.focus();
    } else if (!command && !event.altKey && event.key.length === 1) {
      event.preventDefault();
      open(event.key);
    } else if (!command && (event.key === "Process" || event.keyCode === 229)) {
      open("");
    }
  });

  function keysInside(event) {
    const move = { Enter: [1, 0], Tab: [0, event.shiftKey ? -1 : 1] }[event.key];
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(false);
      cell()?.focus();
      return;
    }
    if (event.defaultPrevented || !move) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      close(true);
      add();
      return;
    }
    const column = here.column + move[1];
    const row = here.row + move[0] + (column >= columns.length ? 1 : column < 0 ? -1 : 0);
    if (event.key === "Tab" && (row < 0 || row >= rows.length)) {
      // Out of the grid, as Tab does anywhere
      close(true);
      cell()?.focus();
      return;
    }
    event.preventDefault();
    close(true);
    go(row, (column + columns.length) % columns.length);
    if (event.key === "Tab") open();
  }

  function step(by, extend) {
    if (extend) chosen.add(rows[here.row]);
    go(here.row + by, here.column);
    if (extend) {
      chosen.add(rows[here.row]);
      mark();
      bulk.draw();
    }
  }

  function pick() {
    const row = rows[here.row];
    choose(chosen.has(row) ? [...chosen].filter((one) => one !== row) : [...chosen, row]);
  }

  function clear() {
    const name = columns[here.column];
    const row = rows[here.row];
    const next = edited(row, name === "starts_at" ? { starts_at: "", is_all_day: false } : { [name]: "" });
    change(rows.map((one) => (one === row ? next : one)));
    cell()?.focus();
  }

  function likeAbove() {
    const above = rows[here.row - 1];
    const name = columns[here.column];
    if (!above) return;
    const values = name === "starts_at" ? { starts_at: above.starts_at, is_all_day: above.is_all_day } : { [name]: above[name] };
    change(rows.map((one, place) => (place === here.row ? edited(one, values) : one)));
  }

  // From and to a spreadsheet --------------------------------------------------------------------------------

  const cleaned = (text) => text.replace(/[\s*：:]/g, "");

  section.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    const inCell = event.target.closest?.(".grid__input");
    if (event.target.closest?.("input, textarea, select") && !inCell) return;
    if (inCell && !/[\t\n]/.test(pasted.trim())) return;
    const lines = pasted.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    if (!lines.length || !pasted.trim()) return;
    event.preventDefault();
    close(false);
    paste(lines);
  });

  function paste(lines) {
    const named = Object.fromEntries(Object.entries(words.columns).map(([name, label]) => [cleaned(label), name]));
    const heads = lines[0].map((text) => named[cleaned(text)]);
    const hasHead = heads.filter(Boolean).length >= 2;
    const order = hasHead ? heads : columns.slice(rows.length ? here.column : 0);
    const from = hasHead ? rows.length : here.row;
    const next = [...rows];
    (hasHead ? lines.slice(1) : lines).forEach((line, place) => {
      let [row, skipped] = [next[from + place] ?? {}, 0];
      let faults = {};
      line.forEach((text, at) => {
        let name = order[at + skipped];
        if (!name || (!text.trim() && hasHead)) return;
        const values = read(name, text.trim());
        // "14:00-16:00" in one cell fills two columns
        if (name === "starts_at" && (values.ends_at || values.is_all_day) && !hasHead && order[at + skipped + 1] === "ends_at" && !time(line[at + 1] ?? "")) skipped += 1;
        faults = { ...faults, ...values.faults };
        row = { ...row, ...values, faults: undefined };
      });
      next[from + place] = Object.keys(faults).length ? { ...row, stored: false, faults } : edited(row, {});
    });
    change(next);
    note.textContent = say(words.pasted, { n: lines.length - (hasHead ? 1 : 0) });
    go(from, here.column);
  }

  table.addEventListener("copy", (event) => {
    if (editor || getSelection()?.toString()) return;
    const which = chosen.size ? rows.filter((row) => chosen.has(row)) : [];
    const lines = which.length
      ? which.map((row) => columns.map((name) => (name === "starts_at" && row.is_all_day ? words.all_day : (row[name] ?? ""))).join("\t"))
      : [String(rows[here.row]?.[columns[here.column]] ?? "")];
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  });

  // Many rows at once ----------------------------------------------------------------------------------------

  function bulkBar() {
    const which = el("select", { "aria-label": words.field, class: "grid__field" },
      ...["starts_at", "ends_at", "venue_name", "place", "capacity", "note", "starts_on"].map((name) => el("option", { value: name }, words.columns[name])),
      el("option", { value: "shift" }, words.shift));
    const value = el("input", { type: "text", "aria-label": words.value, class: "grid__value", form: "no-form" });
    const told = el("strong");
    const apply = () => {
      const name = which.value;
      const by = Number(value.value.normalize("NFKC"));
      if (name === "shift" && !Number.isInteger(by)) return;
      each((row) => {
        if (name !== "shift") {
          const values = read(name, value.value.trim());
          return values.faults ? { ...row, ...values, stored: false } : edited(row, values);
        }
        const move = (at) => (/^\d{4}-\d\d-\d\d$/.test(at ?? "") ? shifted(at, by) : at);
        return edited(row, { starts_on: move(row.starts_on), ends_on: move(row.ends_on) });
      });
    };
    value.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      apply();
    });
    const cancelled = () => rows.filter((row) => chosen.has(row)).every((row) => row.is_cancelled);
    const cancel = button(words.cancel, () => {
      const is = !cancelled();
      each((row) => edited(row, { is_cancelled: is }));
    });
    const allFull = () => rows.filter((row) => chosen.has(row)).every((row) => row.is_full);
    const full = button(words.full, () => {
      const is = !allFull();
      each((row) => edited(row, { is_full: is }));
    });
    const remove = button(words.remove, () => change(rows.filter((row) => !chosen.has(row))));
    const element = el("div", { class: "grid__bar grid__bulk", hidden: true, role: "group", "aria-label": words.apply },
      told, el("span", {}, words.change), which, value, button(words.apply, apply),
      button(words.copy, copies), full, cancel, remove);
    const draw = () => {
      element.hidden = chosen.size === 0;
      told.textContent = say(words.selected, { n: chosen.size });
      cancel.textContent = chosen.size && cancelled() ? words.restore : words.cancel;
      full.textContent = chosen.size && allFull() ? words.seats : words.full;
      full.hidden = !given.is_public;
      // What the public knows of is cancelled, and not taken away
      remove.hidden = given.is_public && [...chosen].some((row) => row.id);
    };
    return { element, draw };
  }

  function each(act) {
    const renamed = new Map([...chosen].map((row) => [row, act(row)]));
    const next = rows.map((row) => renamed.get(row) ?? row);
    chosen.clear();
    for (const row of renamed.values()) chosen.add(row);
    change(next);
  }

  function copies() {
    const next = rows.flatMap((row) => {
      const { id, stored, faults, is_full, ...like } = row;
      return chosen.has(row) ? [row, like] : [row];
    });
    change(next);
  }

  // Beginning, and what comes from outside ---------------------------------------------------------------------

  form.addEventListener("submit", () => { close(true); put(); }, { capture: true });
  // Brought back from this device (keep-input.js): the field was filled in behind the grid's back
  form.addEventListener("change", (event) => {
    if (event.target !== form) return;
    try {
      const known = new Map(rows.filter((row) => row.id).map((row) => [row.id, row]));
      const brought = JSON.parse(field.value).map((row) => (Object.keys(row).length === 1 && known.get(row.id)) || row);
      for (const row of brought) if (row.id) touched.add(row.id);
      change(brought);
    } catch {
      put();
    }
  });
  // The server's word on what was saved, row by row
  document.addEventListener("htmx:afterSettle", () => {
    const told = document.getElementById("grid-faults");
    if (!told || told.dataset.read || editor) return;
    told.dataset.read = "yes";
    const faults = JSON.parse(told.textContent);
    if (!Object.keys(faults).length && !rows.some((row) => row.faults)) return;
    // Changed again meanwhile: the next answer is about that
    if (field.value !== asked) return;
    rows = rows.map((row, place) => (faults[place] || row.faults ? { ...row, faults: faults[place] } : row));
    const focused = table.contains(document.activeElement);
    draw();
    if (focused) cell()?.focus();
  });
  let asked = "";
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt === form) asked = field.value;
  });

  drawHead();
  draw();
  put();
  field.disabled = false;
  section.querySelector("[data-grid-place]").hidden = false;
  section.dataset.ready = "true";
}
