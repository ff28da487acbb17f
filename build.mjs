// Build script and style into src/rantai/ui/static/dist; `--watch` rebuilds on change.
import { rmSync } from "node:fs";
import { build, context } from "esbuild";

const OUT = "src/rantai/ui/static/dist";
const options = {
  entryPoints: { app: "src/rantai/ui/assets/js/app.js", style: "src/rantai/ui/assets/css/app.css" },
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  minify: true,
  legalComments: "linked",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "files/[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file" },
  logLevel: "info",
};

rmSync(OUT, { recursive: true, force: true });
if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);
