// The map of a result: districts' shapes, marks of what is on and where, and tiles only where the site names a source.
// All coordinates come from the server as this map draws them; nothing is converted here.
import { DomUtil, control, divIcon, geoJSON, latLngBounds, map, marker, tileLayer } from "leaflet";
import "./leaflet.css";
import { htmx } from "./requests.js";

const CLOSE = 14; // no nearer than this by itself
let shown; // the map on the page, and where its reader has moved it

export async function mount(section) {
  if (shown?.section === section) return;
  const kept = shown?.moved && { center: shown.drawn.getCenter(), zoom: shown.drawn.getZoom() };
  shown?.drawn.remove();
  const config = JSON.parse(document.getElementById("map-config").textContent);
  section.hidden = false;
  const place = section.querySelector("[data-map-place]");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = map(place, {
    zoomControl: false,
    attributionControl: false,
    minZoom: config.zooms[0],
    maxZoom: config.zooms[1],
    maxBoundsViscosity: 1,
    fadeAnimation: !calm,
    zoomAnimation: !calm,
    markerZoomAnimation: !calm,
    inertia: !calm,
  });
  shown = { section, drawn, moved: Boolean(kept) };
  control.zoom({ zoomInTitle: config.zoomIn, zoomOutTitle: config.zoomOut }).addTo(drawn);
  for (const layer of config.tiles?.layers ?? []) {
    // Keys for browsers are bound to a site's name: its origin is told, never the address with the filters
    const { subdomains, maxZoom } = config.tiles;
    if (config.tiles.isArchive) (await import("./pmtiles-layer.js")).archive(layer, { maxZoom }).addTo(drawn);
    else tileLayer(layer, { subdomains, maxZoom, referrerPolicy: "strict-origin-when-cross-origin" }).addTo(drawn);
  }
  const { shapes, names } = await answer(config.outline);
  if (!section.isConnected) return;
  const className = `result-map__land${config.tiles ? " result-map__land--tiled" : ""}`;
  const land = geoJSON(shapes, { className, interactive: false }).addTo(drawn);
  for (const one of names) {
    const text = document.createElement("span");
    text.textContent = one.name;
    const icon = divIcon({ className: `result-map__name${one.alone ? " result-map__name--alone" : ""}`, html: text, iconSize: null });
    marker([one.lat, one.lng], { icon, interactive: false, keyboard: false, pane: "shadowPane" }).addTo(drawn);
  }
  const city = land.getBounds().isValid() ? land.getBounds() : latLngBounds(names.map(({ lat, lng }) => [lat, lng]));
  const linked = /^#map=(\d+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(location.hash);
  if (kept) drawn.setView(kept.center, kept.zoom);
  else if (linked) drawn.setView([Number(linked[2]), Number(linked[3])], Number(linked[1]));
  else if (city.isValid()) drawn.fitBounds(city);
  else drawn.setView([22.55, 114.06], 10);

  const marks = new Map();
  let asking;
  const show = async () => {
    asking?.abort();
    asking = new AbortController();
    const window = drawn.getBounds();
    const bbox = [window.getWest(), window.getSouth(), window.getEast(), window.getNorth()].map((one) => one.toFixed(6));
    const url = `${config.places}&zoom=${Math.round(drawn.getZoom())}&bbox=${bbox}`;
    const found = await answer(url, asking.signal).catch(() => null);
    if (!found || !section.isConnected) return found;
    const wanted = new Map(found.marks.map((one) => [JSON.stringify(one), one]));
    for (const [key, mark] of marks) {
      if (wanted.has(key)) continue;
      mark.remove();
      marks.delete(key);
    }
    for (const [key, one] of wanted) if (!marks.has(key)) marks.set(key, draw(one, drawn));
    section.dataset.marks = found.marks.length;
    return found;
  };
  const first = await show();
  if (!section.isConnected) return;
  if (first?.bounds && !kept && !linked) {
    const [west, south, east, north] = first.bounds;
    drawn.fitBounds([[south, west], [north, east]], { maxZoom: CLOSE, padding: [36, 36], animate: false });
    await show();
  }
  drawn.on("moveend", () => {
    shown.moved = true;
    const { lat, lng } = drawn.getCenter();
    const here = `#map=${drawn.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
    history.replaceState(history.state, "", here);
    show();
  });
}

/** One mark: several places to come nearer to, one place with its cards, or what is known of a district only. */
function draw(one, drawn) {
  const size = one.count > 99 ? 3 : one.count > 9 ? 2 : 1;
  const text = document.createElement("span");
  text.textContent = one.count;
  const kind = one.bounds ? "cluster" : "place";
  const className = `result-mark result-mark--${one.kind} result-mark--${kind} result-mark--size-${size}`;
  const mark = marker([one.lat, one.lng], { icon: divIcon({ className, html: text, iconSize: null }), title: one.label,
    zIndexOffset: one.kind === "district" ? -1000 : 0 }).addTo(drawn);
  const element = mark.getElement();
  element.setAttribute("aria-label", one.label);
  if (one.href) element.setAttribute("role", "link");
  mark.on("click keypress", ({ type, originalEvent }) => {
    if (type === "keypress" && originalEvent.key !== "Enter") return;
    if (one.bounds) {
      const [west, south, east, north] = one.bounds;
      const before = drawn.getZoom();
      drawn.fitBounds([[south, west], [north, east]], { padding: [48, 48], maxZoom: drawn.getMaxZoom() });
      if (drawn.getZoom() <= before) drawn.setView([one.lat, one.lng], before + 2);
    } else if (one.kind === "district") location.assign(one.href);
    else open(one, element);
  });
  return mark;
}

/** The cards of a place, below the map; the address says so too, so that it can be shared. */
async function open({ href }, element) {
  document.querySelector(".result-mark--here")?.classList.remove("result-mark--here");
  DomUtil.addClass(element, "result-mark--here");
  await htmx.ajax("GET", href, { target: "#map-cards", select: "#map-cards", swap: "outerHTML" });
  history.replaceState(history.state, "", href + location.hash);
  const cards = document.getElementById("map-cards");
  cards.querySelector("h2")?.focus({ preventScroll: true });
  cards.scrollIntoView({ block: "nearest" });
}

async function answer(url, signal) {
  const found = await fetch(url, { signal, headers: { Accept: "application/json" } });
  if (!found.ok) throw new Error(`${url}: ${found.status}`);
  return found.json();
}
