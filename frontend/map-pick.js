// A point picked on a map that needs no tile server: the districts' outlines and the known places show the way.
// Coordinates are WGS-84, as everywhere in the house. Loaded only when somebody opens the map.
import { circleMarker, geoJSON, map } from "leaflet";
import "./leaflet.css";

export function pick(section, { outlines, others }) {
  const [lng, lat] = ["lng", "lat"].map((name) => section.querySelector(`input[name$="-${name}"]`));
  const place = section.querySelector("[data-map-place]");
  const drawn = map(place, { attributionControl: false, zoomSnap: 0.5, maxZoom: 18 });
  const land = geoJSON(outlines, { className: "map-pick__land", interactive: false }).addTo(drawn);
  for (const [x, y, name] of others) {
    circleMarker([y, x], { radius: 3, className: "map-pick__known", bubblingMouseEvents: true }).bindTooltip(name).addTo(drawn);
  }
  const known = () => [lat.value, lng.value].map(Number);
  const here = circleMarker([0, 0], { radius: 8, className: "map-pick__here", interactive: false });
  const show = () => {
    const at = known();
    if (lat.value && lng.value && at.every(Number.isFinite)) here.setLatLng(at).addTo(drawn);
    else here.remove();
  };
  const set = ({ lat: y, lng: x }) => {
    lat.value = y.toFixed(6);
    lng.value = x.toFixed(6);
    show();
  };
  if (land.getBounds().isValid()) drawn.fitBounds(land.getBounds());
  else drawn.setView([22.55, 114.06], 10);
  if (lat.value && lng.value && known().every(Number.isFinite)) drawn.setView(known(), 13);
  drawn.on("click", ({ latlng }) => set(latlng));
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    set(drawn.getCenter());
  });
  for (const input of [lng, lat]) input.addEventListener("input", show);
  show();
}
