// Keeps what a visitor carries along: the styles and scripts, the plan, and the pages of kept activities, as nobody in
// particular sees them. Nothing of the desk or an account is ever kept.
const STORE = "carried-1";
const MOST = 120;
const isPlan = (url) => url.pathname.endsWith("/my-month/");

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("carried-") && name !== STORE) await caches.delete(name);
      await self.clients.claim();
    })(),
  ),
);

async function keep(address) {
  const url = new URL(address, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const answer = await fetch(url, { credentials: "omit" });
  if (!answer.ok || answer.redirected) return;
  const store = await caches.open(STORE);
  // One plan, the newest; under its bare address, where the page looks for it
  const key = isPlan(url) ? url.pathname : url.href;
  const text = await answer.clone().text();
  await store.put(key, answer);
  for (const [, path] of text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)) {
    if (!(await store.match(path))) await store.add(path).catch(() => {});
  }
  const keys = await store.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) await store.delete(old);
}

self.addEventListener("message", (event) => {
  const pages = Array.isArray(event.data?.pages) ? event.data.pages.slice(0, MOST) : [];
  event.waitUntil(Promise.allSettled(pages.map(keep)));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const isAsset = url.pathname.startsWith("/static/");
  const isPage = isPlan(url) || /\/activities\/[A-Z0-9]+\/$/.test(url.pathname);
  if (!isAsset && !isPage) return;
  event.respondWith(
    (async () => {
      const store = await caches.open(STORE);
      const key = isPlan(url) ? url.pathname : url.href;
      if (isAsset) return (await store.match(event.request)) ?? fetch(event.request);
      try {
        return await fetch(event.request);
      } catch (offline) {
        const carried = await store.match(key);
        if (carried) return carried;
        throw offline;
      }
    })(),
  );
});
