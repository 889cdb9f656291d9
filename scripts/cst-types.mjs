// Writes grammar/cst.ts, the types of the concrete syntax tree, from the parser's own rules.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { generateCstDts } from "chevrotain";
import { build } from "esbuild";
import { format, resolveConfig } from "prettier";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = await mkdtemp(path.join(root, "node_modules", ".cst-types-"));
try {
  const outfile = path.join(folder, "parser.mjs");
  await build({
    entryPoints: [path.join(root, "grammar/parser.ts")],
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    outfile,
  });
  const { Grammar } = await import(pathToFileURL(outfile).href);
  const target = path.join(root, "grammar/cst.ts");
  const types = generateCstDts(new Grammar().getGAstProductions(), { includeVisitorInterface: false });
  const source = `/** The concrete syntax tree. Written by scripts/cst-types.mjs from the parser; do not edit. */\n${types.replace("ICstVisitor, ", "")}`;
  await writeFile(target, await format(source, { ...(await resolveConfig(target)), parser: "typescript" }));
} finally {
  await rm(folder, { recursive: true });
}
