import { defineConfig } from "vite";

import { appIcons } from "./frontend/app-icons.js";
import { iconSprite } from "./frontend/icon-sprite.js";

// Django serves build/frontend/ under /static/ and finds the names in the manifest (django-vite).
export default defineConfig({
  base: "/static/",
  publicDir: false,
  css: {
    transformer: "lightningcss",
    lightningcss: {
      // Chrome 99, Safari 15.4, Firefox 97: the first with cascade layers; newer syntax is rewritten for them.
      targets: { chrome: 99 << 16, safari: (15 << 16) | (4 << 8), firefox: 97 << 16 },
    },
  },
  build: {
    outDir: "build/frontend",
    emptyOutDir: true,
    manifest: true,
    modulePreload: { polyfill: false },
    cssMinify: "lightningcss",
    rolldownOptions: {
      input: ["frontend/main.js", "kepuyue/ui/static/ui/css/insight.css", "kepuyue/ui/static/ui/css/papers.css"],
      // HTMX holds an eval that our configuration never reaches.
      checks: { eval: false },
    },
  },
  plugins: [iconSprite("frontend/icons.json"), appIcons()],
});
