// The codes of one's own questions stay in this browser alone. Without it they are typed.
const NAME = "questions";
const MOST = 50;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(found) ? found.filter((code) => /^[0-9A-Z]{12}$/.test(code)) : [];
  } catch {
    return [];
  }
}

function write(codes) {
  try {
    if (codes.length) localStorage.setItem(NAME, JSON.stringify(codes.slice(-MOST)));
    else localStorage.removeItem(NAME);
  } catch {
    // A browser that keeps nothing: the code stands on the page
  }
}

const asked = document.querySelector("[data-question-code]");
if (asked) write([...new Set([...read(), asked.dataset.questionCode])]);

const page = document.querySelector("[data-my-questions]");
if (page) {
  if (page.dataset.questionForget) write(read().filter((code) => code !== page.dataset.questionForget));
  const form = page.querySelector("[data-question-codes]");
  const list = page.querySelector("[data-question-list]");
  const clear = page.querySelector("[data-question-clear]");
  const known = read();
  clear.hidden = !known.length;
  clear.addEventListener("click", () => {
    write([]);
    clear.hidden = true;
    list.replaceChildren();
  });
  if (known.length && !list.children.length) {
    const body = new URLSearchParams();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const code of known) body.append("code", code);
    fetch(form.action, { method: "POST", body })
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) => {
        const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-question-list]");
        if (found) list.replaceChildren(...[...found.children].map((one) => document.importNode(one, true)));
      })
      .catch(() => {}); // without a network the form stands there
  }
}
