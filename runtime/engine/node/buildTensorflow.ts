import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EngineError } from "../engine.ts";
import { type Finished, ran } from "./command.ts";
import { DISTRIBUTIONS, type Distribution, type TensorflowName, tensorflowFolder } from "./tensorflow.ts";

/** How a build tells what it does, and is told to end. */
export interface Building {
  readonly name: TensorflowName;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The parts of TensorFlow's wheel that are wanted, by the beginnings of their names: the library and its C headers. */
const MEMBERS = [
  "tensorflow/libtensorflow_cc.so.2",
  "tensorflow/libtensorflow_framework.so.2",
  "tensorflow/include/tensorflow/c/",
  "tensorflow/include/tensorflow/core/platform/ctstring",
  "tensorflow/include/tsl/",
  "tensorflow/include/xla/",
] as const;

const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"] as const;

/** Unpacks those members of a wheel whose names begin as said: `python3 -m zipfile` knows all or nothing. */
const UNPACK = `
import sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(tuple(wanted)):
            archive.extract(name, folder)
`;

/** The first product and gradient, in a process of its own: a library that this processor cannot run ends it. */
const PROBE = `
const util = require("util");
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = require(process.argv[1]);
const x = tf.tensor2d([[1, 2], [3, 4]]);
const product = tf.matMul(x, x, true).dataSync();
const gradient = tf.grad((y) => tf.sum(tf.matMul(y, y)))(x).dataSync();
const where = tf.backend().isUsingGpuDevice ? "GPU" : "CPU";
console.log([...product, ...gradient, where].join(" "));
`;
const PROBED = "10 14 14 20 7 11 9 13";

/**
 * Makes an engine's module in a folder beside the one in which it is looked for: tfjs's package without its install
 * script, TensorFlow's library out of its Python wheel, and the package's binding built between the two.
 * @returns the folder; `keep` or `discard` it
 * @throws EngineError where a tool, the network or space is missing; then nothing is left
 */
export async function buildTensorflow(building: Building): Promise<string> {
  const distribution = DISTRIBUTIONS[building.name];
  const home = dirname(tensorflowFolder(building.name));
  await requireHost(building);
  await mkdir(home, { recursive: true });
  await discardStale(home);
  await requireSpace(building, home);
  const { download, kept } = distribution.megabytes;
  building.say(
    `About ${download} MB are downloaded from the npm registry and the Python package index, ` +
      `and ${kept} MB kept in ${home}\n`,
  );
  const folder = join(home, `partial-${process.pid}`);
  try {
    await mkdir(folder);
    await fetchPackage(building, distribution, folder);
    await fetchLibraries(building, distribution, folder);
    await compile(building, distribution, folder);
    await probe(building, folder);
    return folder;
  } catch (error) {
    await discard(folder);
    throw error;
  }
}

/**
 * Whether a module in a folder computes a product and a gradient, on a GPU if it is for one.
 * @throws EngineError where it does not
 */
export async function probe(building: Building, folder: string): Promise<void> {
  const { module } = DISTRIBUTIONS[building.name];
  building.say("trying a product and a gradient ...\n");
  const parts = ["-e", PROBE, join(folder, "node_modules", module)];
  const { code, output, text } = await ran(process.execPath, parts, { signal: building.signal });
  building.signal.throwIfAborted();
  const result = output.trim();
  const [values, where] = [result.slice(0, PROBED.length), result.slice(PROBED.length + 1)];
  if (code !== 0 || values !== PROBED) {
    throw refused(building, `the first product and gradient failed: ${code === 0 ? result : last(text)}`);
  }
  if (building.name === "tensorflow-gpu" && where !== "GPU") {
    throw refused(building, `TensorFlow does not find the GPU: ${last(text)}`);
  }
}

/** Puts a folder into its place, at once. */
export async function keep(name: TensorflowName, folder: string): Promise<string> {
  const target = tensorflowFolder(name);
  await rm(target, { recursive: true, force: true });
  await rename(folder, target);
  return target;
}

/** Removes a folder. */
export async function discard(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes what builds that were ended have left; other processes may be building now. */
async function discardStale(home: string): Promise<void> {
  for (const entry of await readdir(home)) {
    const [, builder] = /^partial-(\d+)$/u.exec(entry) ?? [];
    if (builder !== undefined && !isRunning(Number(builder))) await discard(join(home, entry));
  }
}

function isRunning(id: number): boolean {
  try {
    return id !== process.pid && process.kill(id, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** @throws EngineError where the platform is another, or a tool is missing */
async function requireHost(building: Building): Promise<void> {
  const { platform, arch } = process;
  if (platform !== "linux" || arch !== "x64" || existsSync("/etc/alpine-release")) {
    throw refused(building, `it is built for Linux with glibc on x86-64, and this is ${platform} on ${arch}`);
  }
  if (
    building.name === "tensorflow-gpu" &&
    !["/dev/nvidiactl", "/dev/dxg"].some((file) => existsSync(file))
  ) {
    throw refused(building, "there is no driver of an NVIDIA GPU: neither /dev/nvidiactl nor /dev/dxg");
  }
  const tools: readonly (readonly [string, readonly string[], string])[] = [
    ["npm", ["--version"], "there is no npm: install it, as Node's own installation does"],
    ["python3", ["--version"], "there is no python3: install it (apt install python3 python3-pip)"],
    ["python3", ["-m", "pip", "--version"], "python3 has no pip: install it (apt install python3-pip)"],
    [compiler(), ["--version"], "there is no C++ compiler: install g++ (apt install g++), or set CXX"],
  ];
  for (const [command, parts, missing] of tools) {
    const { code } = await ran(command, parts, { signal: building.signal });
    building.signal.throwIfAborted();
    if (code !== 0) throw refused(building, missing);
  }
}

function compiler(): string {
  const own = process.env["CXX"];
  return own === undefined || own === "" ? "g++" : own;
}

/** @throws EngineError where the disk has less than is needed on the way */
async function requireSpace(building: Building, home: string): Promise<void> {
  const { building: needed } = DISTRIBUTIONS[building.name].megabytes;
  const { bavail, bsize } = await statfs(home);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free < needed) {
    throw refused(building, `${needed} MB are needed on the way in ${home}, and ${free} MB are free`);
  }
}

/** tfjs's package; none of its scripts runs. What only a debugger reads, two thirds of it, is removed. */
async function fetchPackage(
  building: Building,
  { module, version }: Distribution,
  folder: string,
): Promise<void> {
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"];
  await step(building, `${module} ${version} from npm`, folder, "npm", [
    "install",
    ...options,
    `${module}@${version}`,
  ]);
  const files = await readdir(join(folder, "node_modules"), { recursive: true });
  for (const file of files.filter((each) => each.endsWith(".map"))) {
    await rm(join(folder, "node_modules", file));
  }
}

/** TensorFlow's library and headers, and the GPU's libraries, to where the binding looks for them. */
async function fetchLibraries(building: Building, distribution: Distribution, folder: string): Promise<void> {
  const { module, wheel, libraries } = distribution;
  const wheels = [
    { ...wheel, wanted: [...MEMBERS] },
    ...libraries.map((each) => ({ ...each, wanted: ["nvidia/"] })),
  ];
  const deps = join(folder, "node_modules", module, "deps");
  const store = join(folder, "wheel");
  for (const { requirement, hash, wanted } of wheels) {
    const list = join(folder, "requirement.txt");
    await writeFile(list, `${requirement} --hash=sha256:${hash}\n`);
    const platforms = ["manylinux2014_x86_64", "manylinux_2_17_x86_64"].flatMap((each) => [
      "--platform",
      each,
    ]);
    await step(building, `${requirement} from the Python package index`, folder, "python3", [
      ...["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"],
      ...[...platforms, "--python-version", "3.11", "--implementation", "cp", "-d", store, "-r", list],
    ]);
    const [file] = await readdir(store);
    if (file === undefined) throw refused(building, `no wheel of ${requirement} came`);
    await step(building, `unpacking ${file}`, folder, "python3", [
      ...["-c", UNPACK, join(store, file), deps],
      ...wanted,
    ]);
    await discard(store);
    await rm(list);
  }
}

/** The binding, and the library without its symbols where there is a `strip`. */
async function compile(building: Building, { module }: Distribution, folder: string): Promise<void> {
  const root = join(folder, "node_modules", module);
  const [unpacked, library] = [join(root, "deps", "tensorflow"), join(root, "deps", "lib")];
  await mkdir(library);
  for (const file of LIBRARIES) await rename(join(unpacked, file), join(library, file));
  const target = join(root, "lib", "napi-v8");
  await mkdir(target, { recursive: true });
  const sources = (await readdir(join(root, "binding"))).filter((file) => file.endsWith(".cc"));
  await step(building, `building the binding with ${compiler()}`, folder, compiler(), [
    ...["-std=c++17", "-O2", "-shared", "-fPIC", "-s", "-DNAPI_VERSION=8"],
    ...[join(unpacked, "include"), headerFolder()].flatMap((each) => ["-I", each]),
    ...sources.map((file) => join(root, "binding", file)),
    ...["-L", library, ...LIBRARIES.map((file) => `-l:${file}`), "-Wl,-rpath,$ORIGIN/../../deps/lib"],
    ...["-o", join(target, "tfjs_binding.node")],
  ]);
  for (const file of LIBRARIES) await ran("strip", [join(library, file)], { signal: building.signal });
  await discard(unpacked);
  building.signal.throwIfAborted();
}

/** The headers of Node's C interface. */
function headerFolder(): string {
  const require = createRequire(import.meta.url);
  const { include_dir: folder }: { readonly include_dir: string } = require("node-api-headers");
  return folder;
}

/** @throws EngineError where the command fails, with the end of what it said */
async function step(
  building: Building,
  title: string,
  cwd: string,
  command: string,
  parts: readonly string[],
): Promise<void> {
  building.say(`${title} ...\n`);
  const finished = await ran(command, parts, { cwd, signal: building.signal });
  building.signal.throwIfAborted();
  if (finished.code !== 0) throw refused(building, `${title}: ${reasonOf(command, finished)}`);
}

function reasonOf(command: string, { text, code }: Finished): string {
  if (/ENOSPC|No space left/u.test(text)) return "no space is left on the disk";
  const offline =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|Temporary failure in name resolution|Failed to establish a new connection|ConnectTimeout|No matching distribution found/u;
  const hint = offline.test(text) ? "is the network reachable, and the registry? " : "";
  return `${hint}${command} ended with ${code}:\n${last(text)}`;
}

/** The last lines of a text. */
function last(text: string): string {
  return text.trim().split("\n").slice(-6).join("\n");
}

function refused({ name }: Building, reason: string): EngineError {
  return new EngineError(name, "setup", [], reason);
}
