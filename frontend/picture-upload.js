// Photos are made small before they are sent: <form data-picture-upload>. A phone's photo of 8 MB goes over a slow line
// as 500 KB, upright and without its position. What this browser cannot open is sent as it is, the server judges it.
const LONGEST = 2000; // pixels, as the server keeps them
const LIGHT = 600_000; // bytes that are sent unchanged
const QUALITY = 0.86;

const pending = new WeakMap();
const megabytes = (bytes) => (bytes / 1_000_000).toFixed(1);

async function smaller(file) {
  if (!file.type.startsWith("image/")) return null;
  // Upright as the camera noted it; the canvas keeps no such note
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  if (share === 1 && file.size <= LIGHT) return { file, picture };
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * share));
  canvas.height = Math.max(1, Math.round(picture.height * share));
  const drawn = canvas.getContext("2d");
  drawn.fillStyle = "#fff";
  drawn.fillRect(0, 0, canvas.width, canvas.height);
  drawn.imageSmoothingQuality = "high";
  drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || blob.size >= file.size) return { file };
  return { file: new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) };
}

async function prepare(form, input) {
  const [file] = input.files;
  const place = form.querySelector("[data-picture-preview]");
  const [shown, told] = [place.querySelector("img"), place.querySelector("[data-picture-told]")];
  if (shown.src) URL.revokeObjectURL(shown.src);
  shown.removeAttribute("src");
  place.hidden = !file;
  if (!file) return;
  // The place is taken at once: nothing moves under the finger that presses the button meanwhile
  told.textContent = told.dataset.working;
  let made = null;
  try {
    made = await smaller(file);
  } catch {
    // Not a picture that this browser opens; the server judges it
  }
  if (input.files[0] !== file) return; // another one was chosen meanwhile
  place.hidden = !made;
  if (!made) return;
  if (made.file !== file) {
    const box = new DataTransfer();
    box.items.add(made.file);
    input.files = box.files;
  }
  shown.src = URL.createObjectURL(made.file);
  const word = made.file === file ? told.dataset.same : told.dataset.smaller;
  told.textContent = word.replace("{from}", megabytes(file.size)).replace("{to}", megabytes(made.file.size));
}

document.addEventListener("change", ({ target }) => {
  const form = target.matches("input[type=file]") && target.closest("form[data-picture-upload]");
  if (!form) return;
  const work = prepare(form, target).finally(() => pending.get(form) === work && pending.delete(form));
  pending.set(form, work);
});
// Who presses at once waits until the photo is small
document.addEventListener(
  "submit",
  (event) => {
    const work = event.target.matches("form[data-picture-upload]") && pending.get(event.target);
    if (!work) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    work.then(() => event.target.requestSubmit());
  },
  { capture: true },
);

const bar = (form) => form.querySelector("[data-picture-progress]");
document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (!elt.matches("form[data-picture-upload]")) return;
  bar(elt).hidden = false;
  bar(elt).querySelector("progress").value = 0;
});
document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  if (!target.matches("form[data-picture-upload]") || !detail.lengthComputable || !detail.total) return;
  bar(target).querySelector("progress").value = detail.loaded / detail.total;
});
document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
  if (elt.matches("form[data-picture-upload]")) bar(elt).hidden = true;
});
