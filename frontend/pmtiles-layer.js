// A map that lies as one file on a server: tiles are cut out of it by ranges (github.com/protomaps/PMTiles). Loaded only
// where the site names such a file. For archives of pictures (PNG, JPEG, WebP, AVIF).
import { GridLayer } from "leaflet";
import { PMTiles } from "pmtiles";

const TYPES = { 2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif" };

const Archive = GridLayer.extend({
  initialize(address, options) {
    this._archive = new PMTiles(address);
    GridLayer.prototype.initialize.call(this, options);
    this.on("tileunload", ({ tile }) => URL.revokeObjectURL(tile.src));
  },
  createTile({ x, y, z }, done) {
    const tile = document.createElement("img");
    tile.alt = "";
    this._fill(tile, z, x, y).then(
      () => done(null, tile),
      (error) => done(error, tile),
    );
    return tile;
  },
  async _fill(tile, z, x, y) {
    const [{ tileType }, found] = await Promise.all([this._archive.getHeader(), this._archive.getZxy(z, x, y)]);
    // Outside of what the file covers there is no picture
    if (found && tileType in TYPES) tile.src = URL.createObjectURL(new Blob([found.data], { type: TYPES[tileType] }));
  },
});

export const archive = (address, options) => new Archive(address, options);
