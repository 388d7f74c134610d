// Opens the pages of the doors where there is no network: the page of a session, the list of sessions, their scripts. No
// list of people is ever in here: those lie encrypted in the page's own store.
const STORE = "door-1";
const PATIENCE = 4_000; // milliseconds

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("door-") && name !== STORE) await caches.delete(name);
      await self.clients.claim();
    })(),
  ),
);

const isFile = (path) => path.startsWith("/static/");

async function carry({ pages, files }) {
  const store = await caches.open(STORE);
  const wanted = new Set(files);
  for (const request of await store.keys()) {
    const { pathname } = new URL(request.url);
    if (isFile(pathname) && !wanted.has(pathname)) await store.delete(request);
  }
  for (const path of files) if (!(await store.match(path))) await store.add(path);
  for (const path of pages) {
    const answer = await fetch(path, { cache: "no-store" });
    if (answer.ok && !answer.redirected) await store.put(path, answer);
  }
}

self.addEventListener("message", (event) => {
  const { pages, files } = event.data ?? {};
  if (Array.isArray(pages) && Array.isArray(files)) event.waitUntil(carry({ pages, files }).then(() => event.source.postMessage({ carried: true })));
});

async function opened(request) {
  const store = await caches.open(STORE);
  const carried = await store.match(new URL(request.url).pathname, { ignoreVary: true });
  if (!carried) return fetch(request);
  const late = new Promise((done) => setTimeout(done, PATIENCE, carried));
  // No network, or one that leads nowhere
  return Promise.race([fetch(request).catch(() => carried), late]);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(opened(event.request));
  else if (isFile(url.pathname)) event.respondWith(caches.match(event.request, { ignoreVary: true }).then((carried) => carried ?? fetch(event.request)));
});
