import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseFile } from "../../compiler/ast/parse.ts";
import { checkFile } from "../../compiler/check/index.ts";
import { reverseProgram } from "../../compiler/differentiate/program.ts";
import type { Variable } from "../../compiler/ir/block.ts";
import type { ReferenceSpace } from "../../compiler/ir/evaluate/array.ts";
import type { LaneValue, Setting } from "../../compiler/ir/evaluate/lanes.ts";
import { runProgram, type ProgramBindings } from "../../compiler/ir/evaluate/program.ts";
import { bindSpace } from "../../compiler/ir/evaluate/rules.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { spaceOf } from "../../compiler/ir/spaces.ts";
import { verifyDerivative, verifyProgram } from "../../compiler/ir/verify.ts";
import { lowerProgram } from "../../compiler/lower/program/program.ts";
import { finish, optimise, unrolled } from "../../compiler/passes/pipelines.ts";
import { bindingsFor } from "../ir/bind.ts";
import { Dice, distance, pairing, randomLanes, randomValue, realsOf, shifted } from "../ir/lab.ts";
import { unrolledGradient } from "../ir/unroll.ts";

const LANES = 2;
const STEPS = 3;
const SIZES: Readonly<Record<string, number>> = { m: 4, n: 5, h: 4, w: 4 };

/** The program of a file, its networks made small. */
function lowered(name: string): IrProgram {
  const text = readFileSync(new URL(`../../programs/${name}.ipx`, import.meta.url), "utf8")
    .replaceAll(/depth = \d+, width = \d+/g, "depth = 2, width = 2")
    .replaceAll(/levels = 3, width = 32/g, "levels = 2, width = 1");
  const { file, diagnostics } = parseFile({ path: `${name}.ipx`, text });
  const checked = checkFile(file, () => null);
  expect([...diagnostics, ...checked.diagnostics].filter((each) => each.severity === "error")).toEqual([]);
  return lowerProgram(checked.programs[0]!, "", null);
}

function settingFor(program: IrProgram, field: "real" | "complex"): Setting {
  const sizes = Object.fromEntries(
    program.sizes.map(({ name, initial }) => [name, SIZES[name] ?? initial ?? 3]),
  );
  const spaces = Object.fromEntries(
    program.spaces.map(({ name, field: own }): [string, ReferenceSpace] => [
      name,
      { kind: "array", field: own === "any" ? field : own, shape: [name === "Y" ? 4 : 5] },
    ]),
  );
  return { functions: new Map(), sizes, spaces };
}

/** The largest distance of all that two programs find from the same values. */
function gap(a: IrProgram, b: IrProgram, bindings: ProgramBindings): number {
  const [first, second] = [runProgram(a, bindings, STEPS), runProgram(b, bindings, STEPS)];
  const pairs: (readonly [LaneValue, LaneValue])[] = [[first.output, second.output]];
  first.states.forEach((state, k) => {
    state.forEach((value, i) => pairs.push([value, second.states[k]![i]!]));
  });
  if (first.objective !== null && second.objective !== null) pairs.push([first.objective, second.objective]);
  if (first.until !== null && second.until !== null) pairs.push([first.until, second.until]);
  return Math.max(...pairs.map(([x, y]) => distance(x, y, LANES)));
}

/** The derivative of the output paired with a cotangent, by all parameters at once in one direction. */
function byDifferences(
  program: IrProgram,
  bindings: ProgramBindings,
  directions: ReadonlyMap<Variable, LaneValue>,
  cotangent: LaneValue,
): number {
  const at = (by: number): number => {
    const move = (variable: Variable, value: LaneValue): LaneValue => {
      const direction = directions.get(variable);
      return direction === undefined ? value : shifted(value, direction, by);
    };
    const values = new Map(
      [...bindings.values].map(([variable, value]) => [variable, move(variable, value)]),
    );
    const perStep = new Map(
      [...(bindings.perStep ?? [])].map(([variable, all]) => [
        variable,
        all.map((value) => move(variable, value)),
      ]),
    );
    return pairing(runProgram(program, { ...bindings, values, perStep }, STEPS).output, cotangent, LANES);
  };
  const h = 1e-7;
  return (at(h) - at(-h)) / (2 * h);
}

const SOLVERS = [
  "fista",
  "fista_backtracking",
  "admm_tv",
  "tv_chambolle_pock",
  "sgp",
  "armijo_library",
  "tikhonov_direct",
  "newton",
  "levenberg_marquardt",
];
const LEARNED = [
  "landweber",
  "gradient_descent_tikhonov",
  "ista",
  "admm_lasso",
  "lista",
  "lista_cp",
  "tilista",
  "lista_cpss",
  "alista",
  "de_grad",
  "de_prox",
  "sgp_drs_step",
  "sgp_drs_diag",
  "sgp_drs_plus",
];

describe.each([...SOLVERS, ...LEARNED])("%s", (name) => {
  const program = lowered(name);
  test.each(["real", "complex"] as const)("keeps its meaning through the passes, in %s spaces", (field) => {
    expect(verifyProgram(program)).toEqual([]);
    const bindings = bindingsFor(program, LANES, STEPS, 11, settingFor(program, field));
    expect(gap(program, finish(optimise(program), null).program, bindings)).toBeLessThan(1e-8);
  });
});

describe.each(LEARNED)("the reverse of %s", (name) => {
  test.each(["real", "complex"] as const)("is the derivative by differences, in %s spaces", (field) => {
    const program = lowered(name);
    const where = settingFor(program, field);
    const bindings = bindingsFor(program, LANES, STEPS, 12, where);
    const optimised = unrolled(optimise(program));
    const { program: finished, derivative } = finish(optimised, reverseProgram(optimised));
    expect(verifyDerivative(finished, derivative!)).toEqual([]);
    const dice = new Dice(4);
    const space = bindSpace(spaceOf(program.finish.results[0]!), where);
    const cotangent: LaneValue = {
      shared: false,
      values: Array.from({ length: LANES }, () => randomValue(space, dice)),
    };
    const directions = new Map(
      program.parameters.map(
        ({ variable }) => [variable, randomLanes(variable, LANES, dice, where)] as const,
      ),
    );
    const found = unrolledGradient(finished, derivative!, bindings, STEPS, cotangent);
    const exact = program.parameters.reduce((sum, { variable }) => {
      const gradient = found.get(variable);
      return gradient === undefined ? sum : sum + pairing(gradient, directions.get(variable)!, LANES);
    }, 0);
    const numeric = byDifferences(program, bindings, directions, cotangent);
    expect(Math.abs(exact - numeric) / Math.max(1, Math.abs(numeric))).toBeLessThan(1e-5);
    expect([...found.values()].some((value) => realsOf(value).some((entry) => entry !== 0))).toBe(true);
  });
});
