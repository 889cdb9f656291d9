// Bundles the command, the compiler and the runtime into dist/, and writes the declarations of what is exported.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { dependencies, devDependencies } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
const missing = Object.keys({ ...dependencies, ...devDependencies }).filter(
  (name) => !existsSync(`${root}/node_modules/${name}/package.json`),
);
if (missing.length > 0) {
  console.error(`Not installed: ${missing.join(", ")}. Run \`npm install\`, then build again.`);
  process.exit(1);
}

const { build } = await import("esbuild");
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  sourcemap: false,
  // native addons and packages that find files of their own beside themselves stay outside
  external: ["@tensorflow/*", "@resvg/resvg-wasm", "ts-morph", "prettier", "dejavu-fonts-ttf", "h5wasm"],
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

await rm(`${root}/dist`, { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: { ipc: "cli/main.ts", runtime: "runtime/index.ts", compiler: "compiler/index.ts" },
  outdir: "dist",
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
});
await chmod(`${root}/dist/ipc.js`, 0o755);
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.declarations.json"], {
  cwd: root,
  stdio: "inherit",
});
