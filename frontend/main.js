import "../kepuyue/ui/static/ui/css/index.css";
import "./requests.js";
import "./keep-input.js";
import "./display.js";
import "./dialogs.js";
import "./menus.js";
import "./sharing.js";
import "./rows.js";
import "./passkeys.js";
import "./codes.js";
import "./reviewing.js";
import "./suggest.js";
import "./meters.js";
import "./picture-upload.js";
import "./preview.js";
import "./my-month.js";
import "./questions.js";
import "./player.js";
import "./near-me.js";
import "./place.js";
import { forgetAll, forgetOld } from "./check-in/carried.js";

// Only on the pages that have them, so that the others stay light
if (document.querySelector("[data-draw]")) import("./draw.js");
if (document.querySelector("[data-booking]")) import("./booking.js");
// Who has the ticket waits no more: what the tab kept of it, name and number among it, is forgotten
const booked = document.querySelector("[data-booked]");
if (booked) {
  try {
    sessionStorage.removeItem(`booking:${booked.dataset.booked}`);
  } catch {
    // It kept nothing
  }
}
if (document.querySelector("[data-door]")) import("./check-in/index.js");
else if (document.querySelector(".desk, .door")) forgetOld().catch(() => {}); // a store that is closed to us holds nothing
// Who signs out leaves no list of people on the phone
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-signs-out]")) return;
  event.preventDefault();
  const leave = () => HTMLFormElement.prototype.submit.call(form);
  Promise.race([forgetAll(), new Promise((done) => setTimeout(done, 1_000))]).then(leave, leave);
});
const grid = document.querySelector("[data-grid]");
if (grid) import("./grid/index.js").then(({ mount }) => mount(grid));
for (const section of document.querySelectorAll("[data-map-pick]")) {
  const panel = section.querySelector("[data-map]");
  if (!panel) continue;
  panel.hidden = false;
  panel.addEventListener(
    "toggle",
    async () => (await import("./map-pick.js")).pick(section, JSON.parse(document.getElementById("map-data").textContent)),
    { once: true },
  );
}
// The map of a result comes and goes with the results
const mountMap = async () => {
  const section = document.querySelector("[data-result-map]");
  if (section) (await import("./map-results.js")).mount(section);
};
mountMap();
document.addEventListener("htmx:afterSettle", mountMap);
