// Bundles what browsers load into the static files of the site.
//
//   node build.mjs           once
//   node build.mjs --watch   again whenever a source changes
//
// Each file of `entries` becomes `gongzhi/dist/<name>.js`, a module that pages load with
// `type="module"`; what several share, and what is imported when needed, become chunks
// whose names hold a hash of their content.

import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../src/gongzhi/site/static/gongzhi/dist");
const sources = join(here, "src");

// The service worker is one file that imports nothing: browsers fetch it alone.
const WORKER = "sw.ts";
// Pages that open without network, and the largest chunk that is worth keeping for them.
const SHELL = ["app.js", "report.js", "field.js"];
const LARGEST_KEPT = 150_000; // bytes

const entries = (await readdir(sources))
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts") && name !== WORKER)
  .map((name) => join(sources, name));

// Writes which bundles the pages of the shell need: see `site/web_app.py`.
const listShell = {
  name: "list-shell",
  setup(build) {
    build.onEnd(async ({ metafile }) => {
      if (!metafile) return;
      const outputs = new Map(
        Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]),
      );
      const needed = new Set();
      const add = (name) => {
        const output = outputs.get(name);
        if (!output || needed.has(name) || output.bytes > LARGEST_KEPT) return;
        needed.add(name);
        for (const one of output.imports) add(basename(one.path));
      };
      SHELL.forEach(add);
      await writeFile(join(target, "shell.json"), JSON.stringify([...needed].sort()) + "\n");
    });
  },
};

const options = {
  entryPoints: entries,
  outdir: target,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2020"],
  minify: true,
  chunkNames: "chunk-[hash]",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  plugins: [listShell],
};

const workerOptions = {
  entryPoints: [join(sources, WORKER)],
  outdir: target,
  bundle: true,
  format: "iife",
  target: ["es2020"],
  minify: true,
  legalComments: "none",
  logLevel: "warning",
};

// MapLibre's worker is a module of its own that stands beside the bundle.
const beside = ["maplibre-gl-worker.mjs", "maplibre-gl.css"];

async function copyMapParts() {
  for (const name of beside) {
    const text = await readFile(join(here, "node_modules/maplibre-gl/dist", name), "utf8");
    const bare = text.replace(/^\/[/*]# sourceMappingURL=.*$/gm, "");
    await writeFile(join(target, name), bare);
  }
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await copyMapParts();
await copyFile(join(here, "node_modules/maplibre-gl/LICENSE.txt"), join(target, "maplibre-gl.LICENSE.txt"));
if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
  await (await esbuild.context(workerOptions)).watch();
} else {
  await esbuild.build(options);
  await esbuild.build(workerOptions);
}
