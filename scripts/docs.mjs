// Writes docs/library.md from the tables of the library; with --check, says whether it is stale.
import { Buffer } from "node:buffer";
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = `${root}/docs/library.md`;
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["compiler/library/pages/document.ts"],
  bundle: true,
  format: "esm",
  platform: "node",
  write: false,
});
const code = Buffer.from(outputFiles[0].contents).toString("base64");
const { libraryDocument } = await import(`data:text/javascript;base64,${code}`);
const text = libraryDocument();
if (!process.argv.includes("--check")) await writeFile(path, text);
else if ((await readFile(path, "utf8")) !== text) {
  console.error("docs/library.md is not what the tables of the library give: run `npm run docs`");
  process.exitCode = 1;
}
