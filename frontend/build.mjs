// Bundles what browsers load into the static files of the site.
//
//   node build.mjs           once
//   node build.mjs --watch   again whenever a source changes
//
// Each file of `entries` becomes `gongzhi/dist/<name>.js`, a module that pages load with
// `type="module"`; what several share, and what is imported when needed, become chunks
// whose names hold a hash of their content.

import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../src/gongzhi/site/static/gongzhi/dist");
const sources = join(here, "src");

const entries = (await readdir(sources))
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => join(sources, name));

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
} else {
  await esbuild.build(options);
}
