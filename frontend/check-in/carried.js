// What a phone carries of the doors, and how it is forgotten: lists of who is expected, encrypted, each with a key of its
// own that cannot be read out; scans that wait to be sent. The lists go with their keys: when somebody signs out, when
// somebody else signs in, and half a day after the session (docs/adr/0026).
const NAME = "door";
const CACHE = "door-";
const CLOCK = "door-clock";
const [KEYS, LISTS, SCANS] = ["keys", "lists", "scans"];

let opened;
function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const store of [KEYS, LISTS]) asked.result.createObjectStore(store);
      asked.result.createObjectStore(SCANS, { keyPath: "key" });
    };
    asked.onsuccess = () => {
      // A browser may close it under a page that was out of sight; the next question opens it again
      asked.result.onclose = () => (opened = null);
      done(asked.result);
    };
    asked.onerror = () => {
      opened = null;
      failed(asked.error);
    };
  });
  return opened;
}

async function begun(stores, mode) {
  try {
    return (await open()).transaction(stores, mode);
  } catch {
    opened = null; // closed without a word
    return (await open()).transaction(stores, mode);
  }
}

async function within(stores, mode, work) {
  const transaction = await begun(stores, mode);
  return new Promise((done, failed) => {
    const asked = work(transaction);
    transaction.oncomplete = () => done(asked?.result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
  });
}

const get = (store, key) => within([store], "readonly", (one) => one.objectStore(store).get(key));

/** Keeps the list of a session until `list.until`, encrypted (AES-GCM); the key is made once and never leaves the browser. */
export async function keepList(session, list) {
  let key = await get(KEYS, session);
  key ??= await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(list)));
  await within([KEYS, LISTS], "readwrite", (one) => {
    one.objectStore(KEYS).put(key, session);
    one.objectStore(LISTS).put({ iv, data, until: list.until, user: list.user }, session);
  });
}

/** The list of a session; null where none is kept. */
export async function keptList(session) {
  const [key, kept] = [await get(KEYS, session), await get(LISTS, session)];
  if (!key || !kept) return null;
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, key, kept.data);
  return JSON.parse(new TextDecoder().decode(plain));
}

/** Forgets every list for which `isOver({until, user})`, key and all; scans that were sent go with it. */
export async function forgetLists(isOver = () => true) {
  const sessions = await within([LISTS], "readonly", (one) => one.objectStore(LISTS).getAllKeys());
  for (const session of sessions) {
    if (!isOver((await get(LISTS, session)) ?? {})) continue;
    const sent = (await scansOf(session)).filter((scan) => scan.sent && !scan.undo);
    await within([KEYS, LISTS, SCANS], "readwrite", (one) => {
      one.objectStore(KEYS).delete(session);
      one.objectStore(LISTS).delete(session);
      for (const scan of sent) one.objectStore(SCANS).delete(scan.key);
    });
  }
}

/** Forgets the lists whose time is over, by the server's clock as it was measured last; asked by pages of the desk. */
export async function forgetOld() {
  if (!(await isThere())) return;
  const offset = Number(localStorage.getItem(CLOCK) ?? 0);
  await forgetLists(({ until }) => !(until > Date.now() + offset));
}

// A browser that cannot tell makes an empty store
const isThere = async () => "indexedDB" in window && (!indexedDB.databases || (await indexedDB.databases()).some((one) => one.name === NAME));

/** What somebody who signs out leaves on the phone: nothing but scans that were not sent, which name nobody. */
export async function forgetAll() {
  if (!(await isThere())) return;
  await forgetLists();
  for (const name of await caches.keys()) if (name.startsWith(CACHE)) await caches.delete(name);
}

/** Keeps a scan, or what became of it. */
export const keepScan = (scan) => within([SCANS], "readwrite", (one) => void one.objectStore(SCANS).put(scan));
export const dropScan = (key) => within([SCANS], "readwrite", (one) => void one.objectStore(SCANS).delete(key));

/** The scans of a session on this phone, in the order of their time. */
export async function scansOf(session) {
  const scans = await within([SCANS], "readonly", (one) => one.objectStore(SCANS).getAll());
  return scans.filter((scan) => scan.session === session).sort((one, other) => one.at - other.at);
}

/** The other sessions of which scans wait on this phone to be sent: only the page of a session sends its own. */
export async function sessionsThatWait(but) {
  const scans = await within([SCANS], "readonly", (one) => one.objectStore(SCANS).getAll());
  return [...new Set(scans.filter((scan) => scan.session !== but && (!scan.sent || scan.undo)).map((scan) => scan.session))];
}
