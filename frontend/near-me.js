// <button data-near-ask> asks the device where it is, only when it is pressed, and goes to the same result by distance.
// A link with it leads to its own address; where the device does not tell, the next press follows it as any link.
// Where no text beside it says what the position is for, the first press says so and the second one asks.
// What goes into the address is rounded to three decimals, about 100 m. Works on results that came in later, too.
const reveal = () => {
  if (!("geolocation" in navigator)) return;
  for (const part of document.querySelectorAll("[data-near]")) part.hidden = false;
};
reveal();
document.addEventListener("htmx:afterSettle", reveal);

// Whether the browser would ask the reader now; one that does not say so may
const asks = async () => {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "prompt";
  } catch {
    return true;
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-near-ask]");
  if (!button || !("geolocation" in navigator)) return;
  event.preventDefault();
  const answer = button.closest("[data-near]").querySelector("[data-near-answer]");
  const say = (text) => {
    answer.textContent = text;
    answer.hidden = false;
  };
  if (answer.dataset.before && !("told" in button.dataset) && (await asks())) {
    button.dataset.told = "";
    return say(answer.dataset.before);
  }
  say(answer.dataset.asking);
  button.disabled = true;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const address = new URL(button.href || location.href);
      address.hash = "";
      address.searchParams.delete("page");
      address.searchParams.delete("place");
      address.searchParams.set("near", `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`);
      location.assign(address);
    },
    ({ code, PERMISSION_DENIED }) => {
      button.disabled = false;
      if (button.href) button.removeAttribute("data-near-ask");
      say(code === PERMISSION_DENIED ? answer.dataset.denied : answer.dataset.unavailable);
    },
    { enableHighAccuracy: false, timeout: 15_000, maximumAge: 300_000 },
  );
});

// An address that ends in #near opens the filter it leads to
if (location.hash === "#near") document.querySelector("details#near")?.setAttribute("open", "");
