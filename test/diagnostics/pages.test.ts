import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue.ts";
import { writeNpz } from "../../runtime/io/npz.ts";
import { writePng } from "../../runtime/io/png.ts";
import { file, filled, fine, ipc, npy, PROGRAMS, temporaryFolder } from "../cli/support.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = join(root, "compiler", "diagnostics", "explain");

/** The codes that stand in the texts of a folder, but for documents. */
function codesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .flatMap((entry) => {
      const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
      return text.match(/\bIPX\d{4}\b/gu) ?? [];
    });
}

const inSource = new Set(["cli", "runtime", "compiler", "grammar"].flatMap(codesIn));
const codes = [...new Set([...inSource, ...Object.keys(catalogue)])].toSorted();

interface Example {
  readonly language: string;
  readonly text: string;
}

/** The examples of a page: a failing one and its mending. */
function examplesOf(page: string): readonly Example[] {
  const blocks = page.matchAll(/^```(\w+)\n([^]*?)^```$/gmu);
  return [...blocks].map(([, language = "", text = ""]) => ({ language, text }));
}

describe("explain", () => {
  it("knows every code that stands in the source", () => {
    expect(codes.length).toBeGreaterThan(150);
    expect([...inSource].filter((code) => !Object.hasOwn(catalogue, code))).toEqual([]);
  });

  it.each(codes)("prints a page of %s: a title, a failing example and its mending", async (code) => {
    const { out, talk } = await fine("explain", code);
    expect(talk).toBe("");
    expect(out.split("\n")[0]).toMatch(new RegExp(`^# ${code}: [A-Z\`].*[^.]$`, "u"));
    const [failing, mended] = examplesOf(out);
    expect(failing?.text).toMatch(/\S/u);
    expect(mended?.text).toMatch(/\S/u);
    expect(failing?.text).not.toBe(mended?.text);
    expect(out).toMatch(/^But so:$/mu);
  });

  it("takes a code in small letters or as a number, and refuses what is none", async () => {
    const { out } = await fine("explain", "IPX8001");
    expect((await fine("explain", "8001")).out).toBe(out);
    expect((await fine("explain", "ipx8001")).out).toBe(out);
    const unknown = await ipc("explain", "IPX8000");
    expect(unknown).toMatchObject({ code: 2, out: "" });
    expect(unknown.talk).toMatch(/There is no code IPX8000\..*Did you mean/u);
  });
});

/** Examples that need what no test has: a trained network, a picture that was cut off, an engine. */
const NOT_RUN: ReadonlySet<string> = new Set(["IPX8010", "IPX8012", "IPX8109", "IPX8110", "IPX8601"]);

const folder = temporaryFolder();
prepare();
const runnable = codes.filter((code) => {
  if (!code.startsWith("IPX8") || NOT_RUN.has(code)) return false;
  return examplesOf(readFileSync(join(pages, `${code}.md`), "utf8"))[0]?.language === "sh";
});

describe("the examples of the pages", () => {
  it.each(runnable)("%s: the failing one has this code, the mended one none", async (code) => {
    const [failing, mended] = examplesOf(readFileSync(join(pages, `${code}.md`), "utf8"));
    for (const line of commandsOf(failing?.text ?? "")) {
      const { code: exit, talk } = await ipc(...line);
      expect(talk, line.join(" ")).toContain(`error[${code}]`);
      expect([1, 2]).toContain(exit);
    }
    for (const line of commandsOf(mended?.text ?? "")) await fine(...line);
  });
});

/** The commands of an example, their files found in this test's folder. */
function commandsOf(text: string): readonly (readonly string[])[] {
  const commands = text.split("\n").filter((line) => line.startsWith("ipc "));
  expect(commands.length).toBeGreaterThan(0);
  return commands.map((command) => {
    const words = [...command.matchAll(/'([^']*)'|"((?:\\"|[^"])*)"|(\S+)/gu)].map(
      ([, single, double, plain]) => single ?? double?.replaceAll('\\"', '"') ?? plain ?? "",
    );
    return words.slice(1).map(placed);
  });
}

function placed(word: string): string {
  return word
    .replaceAll(/"(\w+\.npy)"/gu, (_, name: string) => JSON.stringify(join(folder, name)))
    .replace(/^((?:.*=)?)(\w+\.(?:ipx|npy|npz|png|jpg|h5)(?::\w+)*)$/u, (_, before: string, name: string) => {
      return before + join(name.endsWith(".ipx") && !OWN.has(name) ? PROGRAMS : folder, name);
    });
}

/** Programs of the pages that are not among the project's. */
const OWN: ReadonlySet<string> = new Set(["methods.ipx", "pooled.ipx", "scheduled.ipx"]);

/** The files of which the pages speak. */
function prepare(): void {
  const wave = (index: number): number => Math.sin(3 * index + 1);
  npy(folder, "y.npy", filled([250], wave));
  npy(folder, "short.npy", filled([4], wave));
  npy(folder, "x.npy", filled([500], wave));
  npy(folder, "A.npy", filled([500, 250], wave));
  npy(
    folder,
    "dependent.npy",
    filled([4, 8], (index) => Math.floor(index / 8) + 1),
  );
  npy(folder, "vector.npy", filled([9], wave));
  npy(
    folder,
    "kernel.npy",
    filled([3, 3], () => 1 / 9),
  );
  npy(folder, "lambdas.npy", filled([5], wave));
  npy(
    folder,
    "rates.npy",
    filled([16], () => 0.1),
  );
  npy(
    folder,
    "picture.npy",
    filled([16, 16], (index) => (index % 7) / 7),
  );
  npy(folder, "odd.npy", filled([9, 7], wave));
  npy(folder, "even.npy", filled([8, 6], wave));
  npy(
    folder,
    "gaps.npy",
    filled([250], (index) => (index === 3 ? Number.NaN : index)),
  );
  file(folder, "data.npz", writeNpz({ y: filled([250], wave), x: filled([500], wave) }));
  file(folder, "part.npy", readFileSync(join(folder, "y.npy")).subarray(0, 500));
  const huge = new URL("../fixtures/formats/huge.h5", import.meta.url);
  file(folder, "volume.h5", readFileSync(huge));
  file(folder, "photo.png", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46));
  file(folder, "picture.png", writePng(filled([64, 64], (index) => (index % 97) / 97)));
  file(
    folder,
    "pooled.ipx",
    "program pooled[h, w] {\n  input y : R[h, w]\n" +
      "  learn N : net R[h, w] -> R[h, w] = conv(8) |> maxpool(2) |> upconv(1)\n  output N(y)\n}\n",
  );
  const step =
    "step { x <- x - t*A'*(A*x - y) }\n  output x\n  converge(until = change(x) < 1e-3, max = 50)\n}\n";
  const head = "[space X, space Y] {\n  given A : linear X -> Y\n  input y : Y\n  let t = 1/norm(A)^2\n";
  const method = (name: string): string => `program ${name}${head}  state x : X = 0\n  ${step}`;
  file(folder, "methods.ipx", `${method("landweber")}\n${method("momentum")}`);
  file(
    folder,
    "scheduled.ipx",
    "program scheduled[space X] {\n  given rates : R in (0, 2) per step\n  input y : X\n  state x : X = 0\n" +
      "  step { x <- x - rates*(x - y) }\n  output x\n  unroll(20)\n}\n",
  );
}
