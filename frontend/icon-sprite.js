import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const source = dirname(createRequire(import.meta.url).resolve("lucide-static/package.json"));

/** One SVG with a <symbol> for each icon named in `list`; the manifest knows it as frontend/icons.svg. */
export function iconSprite(list) {
  return {
    name: "icon-sprite",
    buildStart() {
      this.addWatchFile(list);
    },
    generateBundle() {
      const names = JSON.parse(readFileSync(list, "utf8"));
      const symbols = names.map((name) => {
        const svg = readFileSync(join(source, "icons", `${name}.svg`), "utf8");
        const drawing = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
        return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s*\n\s*/g, "")}</symbol>`;
      });
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "frontend/icons.svg",
        source: `<!-- Lucide, ISC licence --><svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`,
      });
    },
  };
}
