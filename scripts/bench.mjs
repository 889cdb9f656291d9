// Bundles the measurements of bench/ against dist/, and runs them with the words of the command line.
import { build } from "esbuild";
import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const work = `${root}/bench/.work`;

execFileSync(
  process.execPath,
  ["dist/ipc.js", "compile", "programs/lista.ipx", "--target", "unrolled", "-o", `${work}/emitted`],
  { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
);
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  external: ["ipc/runtime", "ipc/compiler", "@tensorflow/*"],
};
await build({
  ...shared,
  entryPoints: { run: "bench/run.ts", worker: "bench/worker.ts" },
  outdir: `${work}/build`,
});
await build({
  ...shared,
  stdin: {
    contents:
      'import { lista } from "./.work/emitted/lista.unrolled.ts"; import { start } from "./startup.ts"; await start(lista);',
    resolveDir: "bench",
  },
  outfile: `${work}/build/startup.js`,
});
const child = spawn(process.execPath, [`${work}/build/run.js`, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
child.once("close", (code) => {
  process.exitCode = code ?? 1;
});
