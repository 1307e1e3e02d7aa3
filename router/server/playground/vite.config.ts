import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/// GraphiQL's style sheet carries two fonts as data: three quarters of its size, for text that the system's own fonts
/// set as well.
const withoutEmbeddedFonts: Plugin = {
  name: "without-embedded-fonts",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith(".css")) return null;
    return { code: code.replaceAll(/@font-face\s*\{[^}]*\}/g, ""), map: null };
  },
};

/// Each text is stored compressed, once: the router serves these very bytes.
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  writeBundle({ dir = "." }, bundle) {
    for (const name of Object.keys(bundle).filter((each) => /\.(js|css)$/.test(each))) {
      const path = join(dir, name);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      rmSync(path);
    }
  },
};

export default defineConfig({
  base: "/playground/",
  plugins: [withoutEmbeddedFonts, compressed],
  build: {
    outDir: "../assets/playground",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      // React's "use client" marks mean nothing in a page without a server part.
      checks: { moduleLevelDirective: false },
      output: {
        codeSplitting: false,
        entryFileNames: "playground.js",
        assetFileNames: "playground[extname]",
      },
    },
  },
});
