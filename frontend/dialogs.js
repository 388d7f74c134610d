// <button data-dialog-open="ID"> shows <dialog id="ID">; [data-dialog-close] or a click beside it closes it.
document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();
  if (target.closest("[data-dialog-close]") || target.matches("dialog")) target.closest("dialog")?.close();
});
