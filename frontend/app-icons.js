import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Resvg, initWasm } from "@resvg/resvg-wasm";

const SOURCE = "kepuyue/ui/static/ui";
// Android asks for 192 and 512, round or with room to be cut (maskable); iOS takes a PNG of 180 alone
const ICONS = [
  ["icon.svg", "icon-192.png", 192],
  ["icon.svg", "icon-512.png", 512],
  ["app-icon.svg", "maskable-512.png", 512],
  ["app-icon.svg", "apple-touch-icon.png", 180],
];

/** The app's icons as PNG, drawn from the SVG; under icons/, by names that the app's manifest can write down. */
export function appIcons() {
  return {
    name: "app-icons",
    async generateBundle() {
      const resolve = createRequire(import.meta.url).resolve;
      await initWasm(readFileSync(resolve("@resvg/resvg-wasm/index_bg.wasm")));
      for (const [drawing, fileName, width] of ICONS) {
        const svg = readFileSync(`${SOURCE}/${drawing}`, "utf8");
        const source = new Resvg(svg, { fitTo: { mode: "width", value: width } }).render().asPng();
        this.emitFile({ type: "asset", fileName: `icons/${fileName}`, source });
      }
    },
  };
}
