// <button data-share="TITLE" data-done="…" hidden> hands the page's address to the device, or copies it;
// <button data-copy="ID" data-done="…" hidden> copies what the field with this id holds.
export const revealSharing = (root) =>
  root.querySelectorAll("[data-share], [data-copy]").forEach((button) => (button.hidden = false));
revealSharing(document);
document.addEventListener("htmx:load", ({ detail }) => revealSharing(detail.elt));

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-share]");
  if (!button) return;
  const url = button.dataset.shareUrl ?? document.querySelector("link[rel=canonical]")?.href ?? location.href;
  try {
    if (navigator.share) {
      await navigator.share({ title: button.dataset.share, url });
    } else {
      await navigator.clipboard.writeText(url);
      button.querySelector(".button__label").textContent = button.dataset.done;
    }
  } catch {
    // The reader closed the device's own sheet.
  }
});

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
    button.querySelector(".button__label").textContent = button.dataset.done;
  } catch {
    // Where the browser gives no clipboard the text is marked, for the device's own menu.
    field.focus();
    field.select();
  }
});
