// Builds the kernels of runtime/kernels/source for WebAssembly, one module a file, into runtime/kernels/wasm, which is
// committed. `node scripts/kernels.mjs [NAME...]` needs clang 19 and lld 19 (Debian: clang-19 lld-19); CLANG and WASM_LD
// name others. `--check` writes nothing, and fails where what is committed is not what the sources give.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const source = path.join(root, "runtime/kernels/source");
const target = path.join(root, "runtime/kernels/wasm");
const clang = process.env["CLANG"] ?? "clang-19";
const linker = process.env["WASM_LD"] ?? "/usr/bin/wasm-ld-19";

/** The builds: what every engine takes, and what fuses multiplications and additions. */
const BUILDS = { plain: [], relaxed: ["-mrelaxed-simd"] };

/** Linked otherwise: what calls kernels of other modules finds them in a table that it is given. */
const LINKED = { replay: ["-Wl,--import-table"] };

const STACK = 1048576;

const VERSION = "19.1.7";

const FLAGS = [
  "--target=wasm32",
  "-std=c11",
  "-O3",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-Wno-unused-parameter",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-ffp-contract=off",
  "-msimd128",
  "-matomics",
  "-mbulk-memory",
  "-mnontrapping-fptoint",
  "-msign-ext",
  "-ffreestanding",
  "-nostdlib",
  `-fuse-ld=${linker}`,
  `-Wl,--no-entry,--import-memory,--shared-memory,--max-memory=4294967296,--stack-first,-z,stack-size=${STACK}`,
  "-Wl,--export=__stack_pointer,--export=__heap_base,--strip-all",
];

/** The module of a source file. Modules share one memory and one stack, so that static data has no place. */
async function built(name, flags) {
  const folder = await mkdtemp(path.join(tmpdir(), "kernels-"));
  try {
    const result = path.join(folder, "kernels.wasm");
    execFileSync(
      clang,
      [...FLAGS, ...flags, ...(LINKED[name] ?? []), "-I", source, "-o", result, `${name}.c`],
      {
        cwd: source,
        stdio: ["ignore", "inherit", "inherit"],
      },
    );
    const binary = await readFile(result);
    const memory = new WebAssembly.Memory({ initial: 32, maximum: 65536, shared: true });
    if (flags.length === 0) {
      const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
      const env = { memory, __indirect_function_table: table };
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env });
      if (exports.__heap_base.value !== STACK)
        throw new Error(`${name}.c has static data: pass tables as arguments`);
    }
    return binary.toString("base64");
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function moduleText(name) {
  const builds = [];
  for (const [build, flags] of Object.entries(BUILDS)) {
    builds.push(`  ${build}:\n    "${await built(name, flags)}",\n`);
  }
  return `/** The kernels of ${name}.c for WebAssembly. Written by scripts/kernels.mjs; do not edit. */\nexport default {\n${builds.join("")}};\n`;
}

const isCheck = process.argv.includes("--check");
const found = execFileSync(clang, ["--version"], { encoding: "utf8" }).split("\n")[0];
if (isCheck && !found.includes(VERSION)) {
  console.log(`not compared: the kernels are built by clang ${VERSION}, and this is ${found}`);
  process.exit();
}

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const names = (await readdir(source))
  .filter((file) => file.endsWith(".c"))
  .map((file) => file.slice(0, -2))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort();
await mkdir(target, { recursive: true });
for (const name of names) {
  const file = path.join(target, `${name}.ts`);
  const text = await moduleText(name);
  if (isCheck) {
    const same = (await readFile(file, "utf8").catch(() => "")) === text;
    if (!same) process.exitCode = 1;
    console.log(`${name}: ${same ? "as committed" : "differs from what is committed"}`);
  } else {
    await writeFile(file, text);
    console.log(`${name}: ${Math.round((text.length * 3) / 8)} bytes a build`);
  }
}
