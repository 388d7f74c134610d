// Passkeys (WebAuthn): <form data-passkey="create|get"> carries its options as JSON in a script[type="application/json"];
// "sign-in" asks the server for them when the button is pressed. The browser's answer goes into the hidden field and the form is sent.
// Without a browser that can, the form stays hidden and what says so ([data-passkey-missing]) shows.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const descriptors = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

async function create({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: descriptors(publicKey.excludeCredentials),
      // Kept in the device where it can be, so that it also opens without an address and a password.
      authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
    },
  });
  return {
    type: made.type,
    id: made.id,
    rawId: text(made.rawId),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
    clientExtensionResults: made.getClientExtensionResults(),
  };
}

async function get({ publicKey }) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: descriptors(publicKey.allowCredentials),
    },
  });
  return {
    type: shown.type,
    id: shown.id,
    rawId: text(shown.rawId),
    response: {
      clientDataJSON: text(shown.response.clientDataJSON),
      authenticatorData: text(shown.response.authenticatorData),
      signature: text(shown.response.signature),
      userHandle: shown.response.userHandle && text(shown.response.userHandle),
    },
    clientExtensionResults: shown.getClientExtensionResults(),
  };
}

async function options(form) {
  const written = form.querySelector('script[type="application/json"]');
  if (written) return JSON.parse(written.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).request_options;
}

// A passkey belongs to a name; browsers make none for a bare IP address.
const hasName = !/^(\[|[\d.]+$)/.test(location.hostname);
const able = Boolean(window.PublicKeyCredential && navigator.credentials && hasName);

for (const missing of document.querySelectorAll("[data-passkey-missing]")) missing.hidden = able;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !able;
  form.addEventListener("submit", async (event) => {
    const field = form.elements.credential;
    if (field.value) return;
    event.preventDefault();
    const failed = form.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    try {
      const answer = await (form.dataset.passkey === "create" ? create : get)(await options(form));
      field.value = JSON.stringify(answer);
      form.submit();
    } catch {
      // Closed by its owner, no fitting passkey here, or an address without a name: the note says what to do.
      failed.hidden = false;
    }
  });
}
