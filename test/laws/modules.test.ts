import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { definitionOf } from "../../compiler/compile.ts";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { printProgram } from "../../compiler/ir/print.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { uploadDraw } from "../../runtime/program/draws.ts";
import type { Bound, Known } from "../../runtime/program/definition.ts";
import type { Span } from "../../compiler/source/span.ts";
import { loadModule } from "../emit/load.ts";
import { outcomes } from "../emit/outcomes.ts";
import { typeFaults } from "../emit/typeCheck.ts";
import { expectGolden } from "../golden.ts";
import { compiledProgram, placeOf, planOf } from "./lab/compiled.ts";
import { PROBLEMS, problem } from "./lab/problems.ts";
import { ready, type Ready } from "./lab/steps.ts";
import { TARGETS } from "./lab/targets.ts";

const folder = fileURLToPath(new URL("../golden/programs/", import.meta.url));
const MODULES = Object.entries(TARGETS).flatMap(([name, targets]) =>
  targets.map((target) => ({ name, target })),
);

/** The networks of the programs are made small here: more layers would say the same. */
const compiledSmall = (name: string) => compiledProgram(name, problem(name).edits);

describe.each(Object.keys(TARGETS))("%s", (name) => {
  const { lowered, optimised } = compiledSmall(name);
  const texts = { ir: printProgram(lowered), "ir.opt": printProgram(optimised) };

  test("the IR, and what passes make of it", () => {
    expectGolden(`programs/${name}/ir.txt`, texts.ir);
    expectGolden(`programs/${name}/ir.opt.txt`, texts["ir.opt"]);
  });

  test("passes save what they are for", () => {
    const file = `${folder}${name}/expect.txt`;
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const found = lines.map((line) => {
      const [, stage = "", section = "", counts = ""] = /^(ir|ir\.opt) (\w+): (.*)$/u.exec(line) ?? [];
      const text = stage === "ir" || stage === "ir.opt" ? texts[stage] : "";
      const counted = counts.split(", ").map((count) => {
        const operation = count.split(" ")[0] ?? "";
        return `${operation} ${occurrences(sectionOf(text, section), operation)}`;
      });
      return `${stage} ${section}: ${counted.join(", ")}`;
    });
    expect(found).toEqual(lines);
  });
});

/** A section of a printed program, to the empty line behind it. */
function sectionOf(text: string, section: string): string {
  const lines = text.split("\n");
  const begin = lines.findIndex((line) => line.startsWith(`${section}:`) || line.startsWith(`${section}(`));
  if (begin < 0) return "";
  const end = lines.indexOf("", begin);
  return lines.slice(begin, end < 0 ? undefined : end).join("\n");
}

function occurrences(text: string, operation: string): number {
  return text.split(`= ${operation}(`).length - 1;
}

test.each(MODULES)("$name as $target is printed as its golden", async ({ name, target }) => {
  const settings = { runtimeSpecifier: "ipc/runtime", sourceName: `${name}.ipx`, placeOf };
  const text = await emitModule(planOf(compiledSmall(name), target), settings);
  expectGolden(`programs/${name}/${target}.ts`, text);
  expect(text, "adjoints that give nothing").not.toMatch(/\{ state: \{\}, known: \{\} \}/u);
});

test.each(MODULES)("$name as $target computes what its plan computes", async ({ name, target }) => {
  const definition = definitionOf(planOf(compiledSmall(name), target));
  const module = loadModule(readFileSync(`${folder}${name}/${target}.ts`, "utf8"), name);
  for (const each of PROBLEMS.filter(({ program }) => program === name)) {
    const using = operations(referenceEngine());
    const known = knownOf(await ready(each, definition, using, 9));
    const expected = await outcomes(using, definition, known);
    expect(expected.size).toBeGreaterThan(3);
    expect(await outcomes(using, module, known)).toEqual(expected);
  }
  const data = (value: unknown): unknown => JSON.parse(JSON.stringify(value, placesInWords));
  expect(data(module)).toEqual(data(definition));
});

/** All that the functions of a program may read, in the first step. */
function knownOf({ program, inputs }: Ready): Known {
  const { batch, samples, first, dimensions } = inputs;
  const drawing = { seed: program.seed, first, samples, batch, dimensions };
  const draws = (program.definition.draws ?? []).map((each) => [
    each.name,
    uploadDraw(program.operations, drawing, each, 0),
  ]);
  const learned = new Map<string, Bound>();
  for (const [name, [value]] of program.parameters) if (value !== undefined) learned.set(name, value);
  return { ...program.known, ...Object.fromEntries(draws), ...inputs.known, ...Object.fromEntries(learned) };
}

/** Modules name places by file, line and column, plans by their spans. */
function placesInWords(key: string, value: unknown): unknown {
  return key === "place" && typeof value === "object" ? placeOf(value as Span) : value;
}

test("the goldens pass tsc --strict", () => {
  const files = MODULES.map(({ name, target }) => `${folder}${name}/${target}.ts`);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
  expect(typeFaults(files)).toEqual([]);
});
