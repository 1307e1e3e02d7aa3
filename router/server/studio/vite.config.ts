import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

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
  base: "/studio/",
  plugins: [compressed],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // Data comes from the made-up platform of `npm run mock`.
  server: { proxy: { "/ops": "http://127.0.0.1:4199" } },
  build: {
    outDir: "../assets/studio",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: false,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      output: { codeSplitting: false, entryFileNames: "studio.js", assetFileNames: "studio[extname]" },
    },
  },
});
