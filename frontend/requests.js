// HTMX with our rules, and what the reader is told when a request goes wrong.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  // The Content-Security-Policy allows neither inline styles nor eval.
  includeIndicatorStyles: false,
  allowEval: false,
  // Pages are not copied into localStorage: desks stand in shared rooms.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    // Faults in the input, and a change by somebody else: the answer itself tells what to do.
    { code: "422", swap: true, error: false },
    { code: "409", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ],
});

// Where there is HTTPS the name says that only this host can have set it.
const cookie = (name) => document.cookie.match(new RegExp(`(?:^|; )(?:__Host-)?${name}=([^;]*)`))?.[1];

document.addEventListener("htmx:configRequest", ({ detail }) => {
  const token = cookie("csrftoken");
  if (token && detail.verb !== "get") detail.headers["X-CSRFToken"] = token;
});

// An expired sign-in answers with the sign-in page, which must not land in the middle of a form.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, elt, requestConfig } = event.detail;
  const signIn = document.body.dataset.signIn;
  if (!signIn || !xhr.responseURL) return;
  if (new URL(xhr.responseURL).pathname !== signIn || location.pathname === signIn) return;
  event.preventDefault();
  tell("signed-out", elt, requestConfig);
});

document.addEventListener("htmx:responseError", ({ detail: { xhr, elt, requestConfig } }) => {
  const signedOut = xhr.status === 401 || xhr.status === 403;
  tell(signedOut ? "signed-out" : xhr.status >= 500 ? "server" : "refused", elt, requestConfig);
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => tell("offline", detail.elt, detail.requestConfig));
}
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) place(detail.elt).querySelector(":scope > .trouble")?.remove();
});

const place = (elt) => elt.closest("form") ?? document.getElementById("toasts");

/** Show the calm banner `kind` (a <template> of the page) at the head of the form, with a way to try again. */
function tell(kind, elt, requestConfig) {
  const holder = place(elt);
  const template = document.getElementById(`trouble-${kind}`);
  if (!holder || !template) return;
  holder.querySelector(":scope > .trouble")?.remove();
  const banner = template.content.firstElementChild.cloneNode(true);
  banner.querySelectorAll("[data-kept]").forEach((part) => (part.hidden = !holder.matches("[data-keep-input]")));
  const again = requestConfig?.triggeringEvent?.type ?? "submit";
  banner.querySelector("[data-retry]")?.addEventListener("click", () => {
    banner.remove();
    elt.dispatchEvent(new Event(again, { bubbles: true, cancelable: true }));
  });
  banner.querySelector("[data-dismiss]")?.addEventListener("click", () => banner.remove());
  holder.prepend(banner);
  holder.dispatchEvent(new CustomEvent("request-failed", { bubbles: true }));
}

// Toasts and other closable notes.
document.addEventListener("click", ({ target }) => target.closest("[data-close-note]")?.closest("[data-note]")?.remove());

export { htmx };
