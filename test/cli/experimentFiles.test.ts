import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { TARGETS } from "../../cli/choices.ts";
import { GENERATORS } from "../../cli/experiment/generators.ts";
import { METRICS } from "../../cli/experiment/metrics.ts";
import { experimentSchema, knownKeys } from "../../cli/experiment/schema.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { writePng } from "../../runtime/io/png.ts";
import { LOSSES } from "../../runtime/train/losses.ts";
import { file, fine, ipc, names, PROGRAMS, temporaryFolder } from "./support.ts";

const PAGE = readFileSync(new URL("../../docs/experiments.md", import.meta.url), "utf8");

/** The text from where a mark first stands at the begin of a line to the next heading or bold table name. */
function part(mark: string): string {
  const begin = PAGE.indexOf(`\n${mark}`);
  expect(begin, mark).toBeGreaterThan(-1);
  const rest = PAGE.slice(begin + 1 + mark.length);
  return rest.slice(0, rest.search(/\n(#|\*\*`)/u));
}

const PLACES: readonly (readonly [mark: string, path: readonly string[]])[] = [
  ["## The top of the file", []],
  ["## `[data]`", ["data"]],
  ["**`[data.train]`", ["data", "train"]],
  ["**`[data.NAME]`**", ["data", "anything"]],
  ["### Noise", ["data", "noise"]],
  ["## `[train]`", ["train"]],
  ["### Optimisers", ["train", "optimiser"]],
  ["## `[eval]`", ["eval"]],
  ["### `[[eval.compare]]`", ["eval", "compare"]],
];

it.each(PLACES)("documents every key of %s", (mark, path) => {
  const keys = knownKeys(path);
  expect(keys.length).toBeGreaterThan(1);
  const text = part(mark);
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});

it("has a row for no key that there is not", () => {
  for (const [mark, path] of PLACES) {
    if (mark === "### Optimisers") continue;
    const rows = [...part(mark).matchAll(/^\| `(\w+)` \|/gmu)].map(([, key = ""]) => key);
    expect(rows.filter((key) => !knownKeys(path).includes(key))).toEqual([]);
  }
});

it("names every generator with its parameters, metric, loss, optimiser, schedule and target", () => {
  for (const [name, { parameters }] of Object.entries(GENERATORS)) {
    const row = new RegExp(`^\\| \`${name}\\(([^)]*)\\)`, "mu").exec(PAGE)?.[1] ?? "";
    expect(row.split(",").map((each) => each.split("=")[0]?.trim())).toEqual(Object.keys(parameters));
  }
  const training = experimentSchema.shape.train.unwrap().shape;
  const optimisers = training.optimiser.unwrap().options.map(({ shape }) => shape.name.value);
  const schedules = training.schedule.unwrap().options;
  const words = [...Object.keys(METRICS), ...Object.keys(LOSSES), ...optimisers, ...schedules, ...TARGETS];
  expect(words.filter((word) => !PAGE.includes(`\`${word}\``))).toEqual([]);
});

it("is linked from the documents and the help", async () => {
  for (const document of ["README.md", "docs/language.md"]) {
    const text = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
    expect(text, document).toContain("experiments.md)");
  }
  expect((await ipc("train", "--help")).out).toContain("docs/experiments.md");
  expect((await ipc("eval", "--help")).out).toContain("docs/experiments.md");
});

it("has examples that train and are measured as they stand", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "pictures"));
  for (let picture = 0; picture < 4; picture++) {
    const data = Float64Array.from({ length: 48 * 48 }, (_, i) => (Math.sin(i / (7 + picture)) + 1) / 2);
    writeFileSync(join(folder, "pictures", `${picture}.png`), writePng(realArray([48, 48], data)));
  }
  const examples = [...PAGE.matchAll(/```toml\n([^]*?)```/gu)].map(([, text = ""]) => text);
  expect(examples).toHaveLength(2);
  for (const [index, text] of examples.entries()) {
    for (const [, name = ""] of text.matchAll(/^program\s*= "([^"]*)"/gmu)) {
      copyFileSync(join(PROGRAMS, name), join(folder, name));
    }
    const path = file(folder, `${index}.toml`, text);
    await fine("train", path);
    const { out } = await fine("eval", path, "--json");
    expect(out).not.toContain('"mean":null');
  }
  expect(names(join(folder, "inpainting"))).toEqual(expect.arrayContaining(["picture-1.png", "results.csv"]));
});
