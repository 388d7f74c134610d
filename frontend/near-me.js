// <button data-near-ask> asks the device where it is, only when it is pressed, and goes to the same result by distance.
// A link with it leads to its own address; where the device does not tell, the next press follows it as any link.
// What goes into the address is rounded to three decimals, about 100 m. Works on results that came in later, too.
const reveal = () => {
  if (!("geolocation" in navigator)) return;
  for (const part of document.querySelectorAll("[data-near]")) part.hidden = false;
};
reveal();
document.addEventListener("htmx:afterSettle", reveal);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-near-ask]");
  if (!button || !("geolocation" in navigator)) return;
  event.preventDefault();
  const answer = button.closest("[data-near]").querySelector("[data-near-answer]");
  const say = (text) => {
    answer.textContent = text;
    answer.hidden = false;
  };
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
