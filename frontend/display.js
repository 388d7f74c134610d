// Theme and print size change at once; the cookie lets the server render the next page right from the start.
const YEAR = 31_536_000;
const root = document.documentElement;

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (!form.matches("[data-display]") || !button) return;
  event.preventDefault();
  const { name, value } = button;
  // "__Host-" where the site has HTTPS: then a cookie of this name is secure and of this host alone
  const prefix = form.dataset.display;
  const secure = prefix ? "; secure" : "";
  document.cookie = `${prefix}${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax${secure}`;
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  for (const other of document.querySelectorAll(`form[data-display] button[name="${name}"]`)) {
    other.setAttribute("aria-pressed", String(other.value === value));
  }
});
