// What a visitor keeps, in this browser alone: {code: version seen}. <button data-keep="CODE" data-version="3">.
import { revealSharing } from "./sharing.js";

const NAME = "kept";
const PAGE = document.querySelector("[data-my-month-link]")?.pathname;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    return found && typeof found === "object" && !Array.isArray(found) ? found : {};
  } catch {
    return {}; // a browser that keeps nothing, or something that is not ours
  }
}

function write(kept) {
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // Without room the heart stays as it was: `draw` shows what is really kept
  }
  draw();
}

const written = (kept) => Object.entries(kept).map(([code, version]) => `${code}.${version}`).join("~");
const parsed = (text) => Object.fromEntries(text.split("~").filter(Boolean).map((one) => one.split(".")).map(([code, version]) => [code, Number(version) || 0]));

function draw(root = document) {
  const kept = read();
  for (const button of root.querySelectorAll("[data-keep]")) {
    const on = button.dataset.keep in kept;
    button.hidden = !on && Boolean(button.closest("[data-plan]"));
    if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(on));
    const label = button.querySelector("[data-on]");
    if (label) label.textContent = on ? label.dataset.on : label.dataset.off;
  }
  const count = Object.keys(kept).length;
  for (const badge of document.querySelectorAll("[data-kept-count]")) {
    badge.hidden = !count;
    badge.textContent = count;
  }
}

// What of it was called off or moved since it was seen. Asked now and then, by whatever page is open; without a network
// what was known last stands.
const NEWS = "kept-news";
const AGAIN_AFTER = 10 * 60_000; // milliseconds

function readNews() {
  try {
    const found = JSON.parse(localStorage.getItem(NEWS) ?? "{}");
    return { at: Number(found.at) || 0, asked: String(found.asked ?? ""), changed: Array.isArray(found.changed) ? found.changed : [] };
  } catch {
    return { at: 0, asked: "", changed: [] };
  }
}

function drawNews() {
  const kept = read();
  const count = readNews().changed.filter((code) => code in kept).length;
  for (const sign of document.querySelectorAll("[data-kept-news]")) {
    sign.hidden = !count;
    sign.firstElementChild.textContent = count ? sign.dataset.keptNews.replace("{count}", count) : "";
    sign.parentElement.title = sign.textContent;
  }
}

function writeNews(news) {
  try {
    localStorage.setItem(NEWS, JSON.stringify(news));
  } catch {
    // Without room it is asked again by the next page
  }
  drawNews();
}

async function lookForNews() {
  const asked = written(read());
  const known = readNews();
  drawNews();
  if (!PAGE || !asked || (asked === known.asked && Math.abs(Date.now() - known.at) < AGAIN_AFTER)) return;
  try {
    const answer = await fetch(`${PAGE}changes/?kept=${asked}`);
    if (answer.ok) writeNews({ at: Date.now(), asked, changed: (await answer.json()).changed });
  } catch {
    // No network: what was known stands
  }
}

// A copy of the activity's page stays for the way there, where there may be no network
async function carry(code) {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  await navigator.serviceWorker.register("/service-worker.js");
  const worker = (await navigator.serviceWorker.ready).active;
  worker?.postMessage({ pages: [`${PAGE}?kept=${written(read())}`, ...(code ? [new URL(`../activities/${code}/`, new URL(PAGE, location)).pathname] : [])] });
}

async function showPlan(box) {
  const kept = read();
  const shared = new URLSearchParams(location.search).get("kept");
  // Without a network the page comes with the plan that was carried along
  if (shared === null && !box.querySelector("[data-plan]") && Object.keys(kept).length) {
    try {
      const answer = await fetch(`${PAGE}?kept=${written(kept)}`);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const plan = page.querySelector("[data-plan]");
      if (plan) {
        box.querySelector("[data-nothing-kept]")?.remove();
        box.append(document.importNode(plan, true));
        revealSharing(box);
      }
    } catch {
      return; // nothing was carried along yet, and there is no network
    }
  }
  const plan = box.querySelector("[data-plan]");
  if (!plan) return;
  const here = parsed(plan.dataset.versions);
  const all = plan.querySelector("[data-keep-all]");
  all.hidden = !Object.keys(here).some((code) => !(code in read()));
  all.addEventListener("click", () => {
    write({ ...here, ...read() });
    all.hidden = true;
    carry();
  });
  for (const button of plan.querySelectorAll("[data-seen]")) {
    button.hidden = !(button.dataset.seen in read());
    button.addEventListener("click", () => {
      write({ ...read(), [button.dataset.seen]: here[button.dataset.seen] });
      button.closest(".alert").remove();
      writeNews({ ...readNews(), changed: readNews().changed.filter((code) => code !== button.dataset.seen) });
    });
  }
  draw(plan);
  carry();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-keep]");
  if (!button) return;
  const kept = read();
  const code = button.dataset.keep;
  if (code in kept) delete kept[code];
  else kept[code] = Number(button.dataset.version) || 0;
  write(kept);
  if (code in kept) carry(code);
});
document.addEventListener("htmx:load", ({ detail }) => draw(detail.elt));
window.addEventListener("storage", ({ key }) => {
  if (key === NAME) draw();
  if (key === NAME || key === NEWS) drawNews();
});
draw();
lookForNews();
const box = document.querySelector("[data-my-month]");
if (box) showPlan(box);
