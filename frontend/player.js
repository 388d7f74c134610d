// A player of another house is loaded when the reader asks for it, and not before: <div data-player="https://…">.
const REFERRER = "no-referrer";

// How often it was opened is counted here, and nothing of who opened it: what the platform counts is another number
for (const box of document.querySelectorAll("[data-openings]"))
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-player-open], .player__ways a")) navigator.sendBeacon(box.dataset.openings);
  });

for (const box of document.querySelectorAll("[data-player]")) {
  const button = box.querySelector("[data-player-open]");
  const note = box.querySelector("[data-player-note]");
  if (!button) continue;
  button.hidden = false;
  if (note) note.hidden = false;
  button.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    frame.title = box.dataset.playerTitle;
    frame.className = "player__frame";
    frame.referrerPolicy = REFERRER;
    frame.allow = "fullscreen; encrypted-media; picture-in-picture";
    // Scripts and storage of its own it needs; leading the whole page elsewhere it may not
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-presentation allow-popups");
    frame.src = box.dataset.player;
    box.querySelector(".player__stage").replaceChildren(frame);
    frame.focus();
  });
}
