import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fine, PROGRAMS, temporaryFolder } from "./support.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FORMATS = join(ROOT, "test/fixtures/formats");
const folder = temporaryFolder();
const before = process.cwd();

/** Sizes and counts of the documents and of the experiments that they run, and what stands for them here. */
const SMALLER: readonly (readonly [RegExp, string])[] = [
  [/\b512\b/gu, "32"],
  [/\b729\b/gu, "47"],
  [/\b(?:128|96)\b/gu, "24"],
  [/\b(?:100|144|200|256|300|500|600|1000)\b/gu, "8"],
  [/\b(?:250|60)\b/gu, "4"],
  [/^(patch *= ).*$/gmu, "$124"],
];

function smaller(text: string): string {
  return SMALLER.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}

/** What a newcomer has of his own under the names of the documents, and the programs. */
beforeAll(async () => {
  cpSync(PROGRAMS, join(folder, "programs"), { recursive: true });
  const experiments = join(folder, "programs/experiments");
  for (const name of readdirSync(experiments).filter((each) => /\.(?:toml|ipx)$/u.test(each))) {
    const file = join(experiments, name);
    writeFileSync(file, smaller(readFileSync(file, "utf8")));
  }
  process.chdir(folder);
  for (const name of ["FOLDER", "pictures"])
    await fine("data", "make", "dead_leaves(32, 32)", "--count", "6", "--format", "png", "-o", name);
  mkdirSync("scans");
  copyFileSync(join(FORMATS, "slices.h5"), "scans/slices.h5");
  copyFileSync(join(FORMATS, "hounsfield.dcm"), "slice.dcm");
  const [first = ""] = readdirSync("FOLDER").filter((name) => name.endsWith(".png"));
  for (const name of ["photo.png", "slice.png", "truth.png"]) copyFileSync(join("FOLDER", first), name);
  await fine("apply", "I", "--input", "truth.png", "--output", "restored.npy");
});
afterAll(() => {
  process.chdir(before);
});

/** The commands of a block as a shell reads them: quotes, comments, continued lines and `&&` are the shell's. */
function commands(block: string): readonly (readonly string[])[] {
  const names = ["npx", "ipc", "npm", "python"];
  const functions = names.map((name) => `${name}() { printf '%s\\0' ${name} "$@"; printf '\\n\\0'; }`);
  const said = execFileSync("sh", ["-euc", [...functions, block].join("\n")], { encoding: "utf8" });
  const asked = said.split("\n\0").filter((line) => line !== "");
  return asked.map((line) => line.split("\0").slice(0, -1));
}

/** The file that a command writes, if it names one. */
function written(argv: readonly string[]): readonly string[] {
  return argv.flatMap((word, at) => {
    if (word !== "--output" && word !== "-o" && word !== "--sheet") return [];
    return [(argv[at + 1] ?? "").replace(/^.*[^ ]=(?=[^ ])/u, "")];
  });
}

const DOCUMENTS = ["README.md", "docs/data.md", "docs/reconstructions.md"] as const;
const ELSEWHERE = ["npm ci", "npm run", "npm test", "python programs/onnx/train_dncnn.py"];

it("all documents with commands are among those that are run, but for the examples of the library", () => {
  const documents = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)];
  const withCommands = documents.filter(
    (name) => name.endsWith(".md") && readFileSync(join(ROOT, name), "utf8").includes("```sh\n"),
  );
  expect(withCommands.filter((name) => name !== "docs/library.md")).toEqual(DOCUMENTS);
});

describe.each(DOCUMENTS)("what %s tells its readers to run", (document) => {
  const text = readFileSync(join(ROOT, document), "utf8");
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/gu)].map(([, block = ""]) => block);
  const named = blocks.map((block) => [block.split("\n")[0] ?? "", block] as const);
  it.each(named)("%s", async (_, block) => {
    for (const [program = "", ...words] of commands(smaller(block))) {
      const argv = program === "npx" ? words.slice(1) : words;
      if (program === "npm" || program === "python") {
        const line = [program, ...words].join(" ");
        expect(
          ELSEWHERE.filter((known) => line.startsWith(known)),
          line,
        ).toHaveLength(1);
        continue;
      }
      await fine(...argv);
      for (const name of written(argv)) expect(existsSync(name), `${argv.join(" ")}: ${name}`).toBe(true);
    }
  });
});
