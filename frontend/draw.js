// The draw of a session, done again on the reader's own device from the published file (`bookings.drawing` has the rules).
const page = document.querySelector("[data-draw]");
const said = page.querySelector("[data-draw-said]");
const texts = page.querySelector("[data-draw-texts]").dataset;

async function sha256(text) {
  const raw = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(raw)].map((one) => one.toString(16).padStart(2, "0")).join("");
}

async function drawn({ entries, seed, public_value, seats, waitlist_most }, digest) {
  const tickets = await Promise.all(
    entries.map(async (entry) => ({ entry, ticket: await sha256(`${seed}|${public_value}|${digest}|${entry.number}`) })),
  );
  tickets.sort((a, b) => (a.ticket < b.ticket ? -1 : a.ticket > b.ticket ? 1 : a.entry.number - b.entry.number));
  const free = { ...seats };
  const places = Object.fromEntries(Object.keys(seats).map((channel) => [channel, waitlist_most]));
  const result = { drawn: [], waiting: [], not_drawn: [] };
  for (const { entry } of tickets) {
    if (entry.seats > 0 && entry.seats <= (free[entry.channel] ?? 0)) {
      free[entry.channel] -= entry.seats;
      result.drawn.push(entry.number);
    } else if ((places[entry.channel] ?? 0) > 0) {
      places[entry.channel]--;
      result.waiting.push(entry.number);
    } else result.not_drawn.push(entry.number);
  }
  return result;
}

/** What does not hold, by name; nothing: the draw is right. */
async function faults(file, published) {
  const found = [];
  if ((await sha256(file.seed)) !== published.commitment || file.commitment !== published.commitment) found.push("commitment");
  const listed = [...file.entries].sort((a, b) => a.number - b.number);
  const digest = await sha256(listed.map((one) => `${one.number},${one.digest},${one.seats},${one.channel}\n`).join(""));
  if (digest !== file.entries_digest) found.push("entries");
  const again = await drawn(file, digest);
  const isSame = ["drawn", "waiting", "not_drawn"].every((name) => String(again[name]) === String(file.result[name]));
  if (!isSame || String(again.drawn) !== published.drawn) found.push("result");
  return found;
}

page.hidden = !crypto.subtle;
page.querySelector("button").addEventListener("click", async () => {
  said.textContent = texts.working;
  try {
    const file = await (await fetch(page.dataset.draw, { cache: "no-store" })).json();
    const found = await faults(file, { commitment: page.dataset.commitment, drawn: page.dataset.drawn });
    said.textContent = found.length ? `${texts.wrong} ${found.map((name) => texts[name]).join(texts.and)}` : texts.right;
  } catch {
    said.textContent = texts.failed;
  }
});
