// The page of a session's door, on a phone: camera, code, names, people without a booking, what is known and what waits.
import { serverClock } from "../clock.js";
import { forgetAll } from "./carried.js";
import { Door } from "./door.js";
import { signal } from "./signals.js";

const REFRESH = 15_000;
const RECENT = 12;
const page = document.querySelector("[data-door]");
const facts = JSON.parse(document.getElementById("door-data").textContent);
const part = (name, root = page) => root.querySelector(`[data-${name}]`);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

function remembered(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(`door-${name}`, value);
    return localStorage.getItem(`door-${name}`);
  } catch {
    return value ?? null; // a browser that keeps nothing: it holds for this page
  }
}

const known = remembered("clock");
const clock = serverClock(facts.clock, known === null ? null : Number(known));
const device = remembered("device") ?? remembered("device", crypto.randomUUID());
const door = new Door({ facts, clock, device, changed: draw });
const codeForm = part("code-form");
const time = (moment) => new Date(moment).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: facts.zone });

function show(verdict) {
  const box = part("verdict");
  const tone = facts.tones[verdict.kind] ?? "no";
  box.className = `verdict verdict--${tone}`;
  box.querySelector(".verdict__title").textContent = verdict.title;
  const seats = box.querySelector(".verdict__seats");
  seats.hidden = !verdict.seats;
  seats.textContent = verdict.seats ? filled(facts.texts.people, { count: verdict.seats }) : "";
  box.querySelector(".verdict__detail").textContent = verdict.detail ?? "";
  box.hidden = false;
  signal(tone, part("sound").checked);
  box.scrollIntoView({ block: "nearest" });
}

// One ticket after the other: two at once would each be decided without the other
let queue = Promise.resolve();
function inTurn(work) {
  queue = queue.then(work, work);
  return queue;
}
const check = (text) =>
  inTurn(async () => {
    const seats = codeForm.elements.seats;
    const count = seats.value === "" ? null : Number(seats.value);
    // A number that no party has would be refused with all that is sent along with it
    if (count !== null && (!Number.isInteger(count) || count < 1)) return seats.reportValidity() && seats.focus();
    await decided(() => door.check(text, count));
    seats.value = "";
  });
/** Shows what was decided; where the phone cannot keep it any more, that nobody may go by it. */
async function decided(work) {
  try {
    show(await work());
  } catch {
    show({ kind: "forged", title: facts.texts.broken, detail: facts.texts.brokenHelp });
  }
}

function draw() {
  const waits = door.unsent.length;
  const network = document.querySelector("[data-network]");
  const state = navigator.onLine ? door.network : "offline";
  network.hidden = false;
  network.dataset.state = state;
  network.textContent = facts.texts[state] + (waits ? ` · ${filled(facts.texts.waiting, { count: waits })}` : "");
  part("signed-out").hidden = state !== "signed-out";
  drawElsewhere();
  drawFigures();
  drawRecent();
  drawConflicts();
  part("list").textContent = door.list
    ? filled(facts.texts.list, { count: Object.keys(door.list.rows).length, time: time(door.list.now) })
    : facts.texts.noList;
}

function drawElsewhere() {
  const box = part("elsewhere");
  box.hidden = !door.elsewhere.length;
  part("elsewhere-links").replaceChildren(
    ...door.elsewhere.map((session) => {
      const link = document.createElement("a");
      link.href = facts.door.replace("/0/", `/${session}/`);
      link.textContent = facts.texts.openDoor;
      return link;
    }),
  );
}

function drawFigures() {
  const figures = door.list?.figures;
  if (!figures) return;
  const missing = Math.max(0, figures.booked - figures.in);
  for (const [name, value] of Object.entries({ ...figures, missing }))
    for (const place of document.querySelectorAll(`[data-figure="${name}"]`)) place.textContent = Math.max(0, value);
  for (const place of document.querySelectorAll("[data-beyond]")) place.hidden = !figures.beyond;
  const room = Math.max(1, figures.in + missing + figures.walk_in + Math.max(0, figures.free));
  const bar = document.querySelector(".arrivals__bar");
  bar.setAttribute("viewBox", `0 0 ${room} 1`);
  bar.querySelector('[data-bar="in"]').setAttribute("width", figures.in);
  const walkIn = bar.querySelector('[data-bar="walk_in"]');
  walkIn.setAttribute("x", figures.in);
  walkIn.setAttribute("width", figures.walk_in);
}

function row(template, texts) {
  const made = part(template).content.firstElementChild.cloneNode(true);
  for (const [name, text] of Object.entries(texts)) part(name, made).textContent = text;
  return made;
}

function drawRecent() {
  const shown = door.scans.filter((scan) => !scan.undone && !scan.undo && (scan.letIn || ["first", "walk_in"].includes(scan.result)));
  part("recent").hidden = !shown.length;
  part("recent-list").replaceChildren(
    ...shown.slice(-RECENT).reverse().map((scan) => {
      const made = row("recent-row", {
        time: time(scan.at),
        what: scan.code || facts.texts.walkIn,
        seats: filled(facts.texts.people, { count: scan.people }),
        sent: scan.sent ? "" : facts.texts.unsent,
      });
      part("undo", made).addEventListener("click", () => askToUndo(scan));
      return made;
    }),
  );
}

function drawConflicts() {
  const found = door.conflicts;
  const box = part("conflicts");
  box.hidden = !found.length;
  part("conflict-list").replaceChildren(
    ...found.map((scan) =>
      row("conflict-row", {
        time: time(scan.at),
        what: scan.code || facts.texts.walkIn,
        detail: scan.refusal ? `${facts.titles[scan.refusal]}：${scan.detail}` : scan.detail,
      }),
    ),
  );
}

function askToUndo(scan) {
  const form = part("undo-form");
  form.hidden = false;
  part("undo-what").textContent = `${time(scan.at)} ${scan.code || facts.texts.walkIn}`;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const reason = form.elements.reason.value.trim();
    if (!reason) return form.elements.reason.focus();
    form.reset();
    form.hidden = true;
    await inTurn(() => door.undo(scan, reason));
  };
  form.elements.reason.focus();
}

function showFound(word) {
  const found = door.find(word);
  const results = part("results");
  if (!found.length) {
    const none = document.createElement("p");
    none.textContent = door.list ? facts.texts.noneFound : facts.texts.noList;
    return results.replaceChildren(none);
  }
  const list = document.createElement("ul");
  list.className = "plain-list";
  for (const [code, one] of found) {
    const made = row("found-row", {
      name: one.name || "—",
      code,
      about: [filled(facts.texts.people, { count: one.seats }), one.tail && filled(facts.texts.tail, { tail: one.tail }), one.school].filter(Boolean).join(" · "),
    });
    const button = part("check", made);
    if (one.first[0]) button.replaceWith(facts.titles.again);
    else
      button.addEventListener("click", async () => {
        await check(code);
        showFound(word);
      });
    list.append(made);
  }
  results.replaceChildren(list);
}

// The camera is loaded once the page stands, so that it is there without a network
const camera = import("./camera.js");
let close = null;
async function toggleCamera() {
  const button = part("scan");
  const label = button.querySelector(".button__label");
  if (close) {
    close();
    close = null;
  } else {
    try {
      close = await (await camera).openCamera(part("camera").querySelector("video"), check);
    } catch (error) {
      show({ kind: "unknown", title: facts.texts.noCamera, detail: error.name === "NotAllowedError" ? facts.texts.cameraRefused : facts.texts.cameraMissing });
    }
  }
  part("camera").hidden = !close;
  label.textContent = close ? facts.texts.stopScanning : facts.texts.scan;
}

function bind() {
  part("scan").addEventListener("click", toggleCamera);
  codeForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = codeForm.elements.code;
    const text = field.value;
    field.value = "";
    field.focus();
    if (text.trim()) check(text);
  });
  // A scanner at the USB socket types wherever the cursor is
  document.addEventListener("keydown", ({ key, target, ctrlKey, altKey, metaKey }) => {
    if (key.length === 1 && !ctrlKey && !altKey && !metaKey && !target.closest("input, textarea, select, button, summary, a")) codeForm.elements.code.focus();
  });
  const name = codeForm.elements.door;
  name.value = remembered("name") ?? name.value;
  door.name = name.value;
  name.addEventListener("input", () => {
    door.name = name.value.trim();
    remembered("name", door.name);
  });
  part("walk-in-form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const seats = event.target.elements.seats;
    const count = Number(seats.value);
    if (!Number.isInteger(count) || count < 1) return seats.focus();
    seats.value = 1;
    inTurn(() => decided(() => door.walkIn(count)));
  });
  part("find-form").addEventListener("submit", (event) => {
    event.preventDefault();
    showFound(event.target.elements.q.value);
  });
  part("undo-cancel").addEventListener("click", () => (part("undo-form").hidden = true));
  const sound = part("sound");
  sound.checked = remembered("sound") !== "off";
  sound.addEventListener("change", () => remembered("sound", sound.checked ? "on" : "off"));
  part("send").addEventListener("click", () => door.sync());
  part("forget").addEventListener("click", async () => {
    await forgetAll();
    location.assign(facts.doors);
  });
}

/** The page, its scripts and the list of sessions stay on the phone, so that they open without a network. */
async function carry() {
  const pages = [location.pathname, facts.doors];
  const files = performance.getEntriesByType("resource").map((one) => new URL(one.name)).filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"));
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data?.carried) part("carried").hidden = false;
  });
  navigator.serviceWorker.startMessages();
  await navigator.serviceWorker.register(facts.worker, { scope: facts.doors });
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ pages, files: files.map((url) => url.pathname) });
}

async function refresh() {
  if (document.visibilityState === "hidden") return;
  if (clock.hasJumped()) await measure();
  await door.sync();
}

async function measure() {
  await clock.measure();
  if (clock.offset !== null) remembered("clock", clock.offset);
}

async function start() {
  try {
    await door.open();
  } catch {
    return; // a browser that keeps nothing: the forms work as they are
  }
  for (const one of page.querySelectorAll("[data-app]")) one.hidden = false;
  for (const one of page.querySelectorAll("[data-plain]")) one.remove();
  bind();
  if (navigator.onLine) await measure();
  await door.sync();
  await camera;
  if (navigator.onLine && "serviceWorker" in navigator) await carry();
  window.addEventListener("online", refresh);
  window.addEventListener("offline", draw);
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, REFRESH);
}

// Without a secure connection browsers offer neither keys nor a store that is safe: the forms work as they are
if (window.isSecureContext && "indexedDB" in window) start();
