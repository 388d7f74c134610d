// Rows of a form that can be added without a round trip. Without scripts the same button asks the server.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rows-add]");
  if (!button) return;
  const section = button.closest("[data-rows]");
  const template = section.querySelector("[data-rows-template]");
  const total = section.querySelector('input[name$="-TOTAL_FORMS"]');
  const most = section.querySelector('input[name$="-MAX_NUM_FORMS"]');
  event.preventDefault();
  if (Number(total.value) >= Number(most.value)) return;
  const holder = document.createElement("div");
  holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
  const row = holder.firstElementChild;
  section.querySelector("[data-rows-list]").append(row);
  total.value = Number(total.value) + 1;
  row.querySelector("[data-row-number]").textContent = total.value;
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});

// A row marked for removal steps back; it goes when the form is saved, and can be taken back until then
document.addEventListener("change", (event) => {
  const box = event.target.closest('input[name$="-DELETE"]');
  box?.closest("[data-row]").classList.toggle("is-removed", box.checked);
});
