// Seats of a session: counts down by the server's clock, keeps one's place in the queue through a lost connection and a
// reload, and asks when it is one's turn. Whatever else there is to say the server says: the form is then sent as it is.
import { serverClock } from "./clock.js";

const data = document.getElementById("booking-data");
const facts = JSON.parse(data.textContent);
const page = document.querySelector("[data-booking]");
const form = page.querySelector("[data-booking-form]");
const NAME = `booking:${facts.session}`;
const SOON = 5_000;
const LONGEST_PAUSE = 8_000;
const JSON_TYPE = { "Content-Type": "application/json" };

const wait = (time) => new Promise((done) => setTimeout(done, time));

// What this tab keeps: the key, the place, and what was typed while one waits
let memory = {};
function read() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "{}");
  } catch {
    return memory;
  }
}
function write(kept) {
  memory = kept;
  try {
    sessionStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing: the place holds as long as the page is open
  }
}

const clock = serverClock(facts.clock);

function written(left, days) {
  const seconds = Math.max(0, Math.ceil(left / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const clock = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const whole = Math.floor(seconds / 86_400);
  return whole ? `${whole} ${days} ${clock}` : clock;
}

// Until it opens
const opens = page.querySelector("[data-opens]");
async function countDown() {
  const left = opens.querySelector("[data-left]");
  while (true) {
    if (clock.offset === null || clock.hasJumped()) await clock.measure();
    // Without the server's clock nothing is counted: the moment itself stands above
    left.hidden = clock.offset === null;
    if (clock.offset !== null) {
      if (clock.now() >= facts.opensAt) break;
      left.textContent = written(facts.opensAt - clock.now(), left.dataset.days);
    }
    await wait(250);
  }
  opens.remove();
  label(true);
}
function label(isOpen) {
  const text = form.querySelector("[data-submit-label]");
  text.textContent = isOpen ? text.dataset.openLabel : text.dataset.earlyLabel;
}

// The queue
const queue = page.querySelector("[data-queue]");
const texts = page.querySelector("[data-texts]")?.dataset;
let turn = 0;
function say(text) {
  const line = queue.querySelector("[data-queue-said]");
  if (line.textContent !== text) line.textContent = text;
}
function show(isWaiting) {
  queue.hidden = !isWaiting;
  form.hidden = isWaiting;
}

async function ask(path, options) {
  for (let pause = 1_000; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      const answer = await fetch(path, { method: "POST", cache: "no-store", ...options });
      if (answer.status < 500 && answer.status !== 429) return { status: answer.status, body: await answer.json() };
      say(texts.busy);
      const told = Number(answer.headers.get("Retry-After")) * 1_000;
      await wait(Math.max(pause, told || 0) * (0.8 + 0.4 * Math.random()));
    } catch {
      say(texts.offline);
      await wait(pause * (0.8 + 0.4 * Math.random()));
    }
  }
}

/** Sends the form as it is: to the ticket where there is one, else back here with what has to be mended. */
function hand(kept) {
  form.elements.key.value = kept.key;
  form.elements.token.value = kept.token ?? "";
  write({ ...kept, isWaiting: false, values: undefined });
  HTMLFormElement.prototype.submit.call(form);
}

async function join(kept) {
  let { status, body } = await ask(facts.admission);
  if (status === 428) {
    say(texts.working);
    const { solved } = await import("./challenge.js");
    const answer = await solved(body.challenge);
    if (answer) ({ status, body } = await ask(facts.admission, { headers: JSON_TYPE, body: JSON.stringify({ challenge: answer }) }));
  }
  if (status !== 200) return hand(kept);
  const place = { token: body.token, turnAt: Date.parse(body.turn_at), endsAt: Date.parse(body.expires_at) };
  const first = Math.max(facts.opensAt, Date.parse(body.server_time));
  clock.suppose(Date.parse(body.server_time));
  const joined = { ...kept, ...place, first, position: body.position, opensAt: facts.opensAt };
  write(joined);
  return joined;
}

function request(kept) {
  const number = (name) => Number(form.elements[name]?.value || 0);
  const children = number("children");
  const agreed = form.elements[children || form.elements.school ? "guardian" : "consent"];
  return {
    headers: { Authorization: `Bearer ${kept.token}`, "Idempotency-Key": kept.key, ...JSON_TYPE },
    body: JSON.stringify({
      attendee: { name: form.elements.name.value, phone: form.elements.phone.value },
      seats: number("seats"),
      consent: agreed?.checked ? facts.version : "",
      children,
      school: form.elements.school?.value ?? "",
      adults: number("adults"),
    }),
  };
}

async function book(kept) {
  const mine = ++turn;
  const isMine = () => mine === turn;
  show(true);
  say("");
  const line = queue.querySelector("[data-queue-line]");
  const left = queue.querySelector("[data-queue-left]");
  line.textContent = texts.waiting;
  left.textContent = "";
  if (clock.offset === null) await clock.measure();
  while (isMine()) {
    if (!kept.token || clock.now() > kept.endsAt) kept = await join(kept);
    if (!kept || !isMine()) return;
    say("");
    // Never before it, however the clock may be off: who asks early is sent back for a second
    while (isMine() && clock.now() < kept.turnAt + clock.margin) {
      if (clock.hasJumped()) await clock.measure();
      const ahead = Math.round((kept.position * (kept.turnAt - clock.now())) / Math.max(1, kept.turnAt - kept.first));
      line.textContent =
        clock.now() < facts.opensAt ? texts.first : ahead > 0 ? texts.ahead.replace("{count}", Math.min(ahead, kept.position)) : texts.next;
      left.textContent = written(kept.turnAt - clock.now(), "");
      await wait(Math.min(250, Math.max(5, kept.turnAt + clock.margin - clock.now())));
    }
    if (!isMine()) return;
    line.textContent = texts.asking;
    left.textContent = "";
    const { status, body } = await ask(facts.bookings, request(kept));
    if (!isMine()) return;
    if (status === 401) {
      // The place was for another time: one takes a new one, with the same key
      kept = { ...kept, token: "" };
      continue;
    }
    if (status === 409 && body.type === "sold-out") return soldOut(kept);
    return hand(kept);
  }
}

function soldOut(kept) {
  write({ ...kept, isWaiting: false, token: "", values: undefined });
  show(false);
  const note = document.createElement("p");
  note.className = "field__error";
  note.setAttribute("role", "alert");
  note.textContent = texts.full;
  form.querySelector(".field__error[role]")?.remove();
  form.prepend(note);
  page.querySelector("[data-others]").hidden = false;
  note.scrollIntoView({ block: "center" });
}

function typed() {
  const values = {};
  for (const field of form.elements) {
    if (field.name && field.type !== "hidden") values[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  return values;
}
function restore(values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (field?.type === "checkbox") field.checked = value;
    else if (field) field.value = value;
  }
}

/** Whether what was typed can be sent at all; asked before a wait, so that nobody finds out after it. */
async function isRight() {
  const body = new FormData(form);
  body.set("check", "1");
  try {
    return (await fetch(location.href, { method: "POST", body })).status !== 422;
  } catch {
    return true;
  }
}

if (form) {
  const early = page.querySelector("[data-early]");
  early.hidden = false;
  const kept = read();
  // Without HTTPS browsers have no randomUUID, but the same source of chance
  const drawn = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const key = form.elements.key.value || kept.key || crypto.randomUUID?.() || drawn();
  if (opens) {
    label(false);
    countDown();
  }
  queue.querySelector("[data-queue-stop]").addEventListener("click", () => {
    turn++;
    write({ ...read(), isWaiting: false, values: undefined });
    show(false);
  });
  // Who brings no child is not asked to agree to anything for one
  const guardian = form.elements.children && form.elements.guardian?.closest(".field");
  const showGuardian = () => (guardian.hidden = !Number(form.elements.children.value) && !guardian.querySelector(".field__error"));
  if (guardian) {
    form.elements.children.addEventListener("input", showGuardian);
    showGuardian();
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector(".field__error[role]")?.remove();
    if (clock.offset === null) await clock.measure();
    if (clock.offset !== null && facts.opensAt - clock.now() > SOON && !(await isRight())) {
      form.elements.key.value = key;
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    const place = { ...read(), key, isWaiting: true, values: typed() };
    write(place);
    book(place);
  });
  if (kept.isWaiting && kept.values && !page.querySelector("[data-refusal]")) {
    restore(kept.values);
    // Another opening than the one that one waited for: the place is taken anew
    book(kept.opensAt === facts.opensAt ? kept : { ...kept, token: "" });
  }
}
