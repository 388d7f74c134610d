// Recovery codes: <div data-codes="#list"> holds buttons that save the list as a file or print the page.
for (const holder of document.querySelectorAll("[data-codes]")) {
  holder.hidden = false;
  const list = document.querySelector(holder.dataset.codes);
  holder.querySelector("[data-save-text]").addEventListener("click", () => {
    const lines = [document.title, ...[...list.querySelectorAll("li")].map((line) => line.textContent.trim())];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\r\n")], { type: "text/plain" }));
    link.download = "kepuyue-codes.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  });
  holder.querySelector("[data-print]").addEventListener("click", () => window.print());
}
