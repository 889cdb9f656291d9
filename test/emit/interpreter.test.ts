import { expect, test } from "vitest";
import type { Block } from "../../compiler/ir/block.ts";
import type { SectionDerivative } from "../../compiler/ir/derivative.ts";
import { numberArray, type ReferenceArray, type ReferenceValue } from "../../compiler/ir/evaluate/array.ts";
import { evaluateBlock, runBlock } from "../../compiler/ir/evaluate/evaluate.ts";
import { asValue, type LaneValue, type Lanes, type Setting } from "../../compiler/ir/evaluate/lanes.ts";
import type { Module } from "../../compiler/passes/pass.ts";
import { executePlan } from "../../compiler/plan/execute.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { interpreted, knownOf, SAMPLES, type ProgramData } from "./data.ts";
import { outcomes } from "./outcomes.ts";
import { DATA, NAMES, REVERSED } from "./plans.ts";

const ops = operations(referenceEngine());

/** All numbers of some lanes of a value: part by part, samples first, real and imaginary parts beside each other. */
function numbers(value: LaneValue, lanes: number): readonly number[] {
  const items = value.shared ? [value.value] : value.values.slice(0, lanes);
  const samples = items.map((item) => arraysOf(asValue(item)));
  return (samples[0] ?? []).flatMap((_, part) =>
    samples.flatMap((arrays) => {
      const { re, im } = arrays[part] ?? numberArray(Number.NaN);
      return [...re].flatMap((entry, i) => (im === null ? [entry] : [entry, im[i] ?? Number.NaN]));
    }),
  );
}

function arraysOf(value: ReferenceValue): readonly ReferenceArray[] {
  return value.kind === "product" ? value.parts.flatMap(arraysOf) : [value];
}

/** What the interpreter makes of a program's blocks, at the places of `outcomes`. */
function interpretation(module: Module, data: ProgramData): ReadonlyMap<string, LaneValue> {
  const { program, derivative } = module;
  const known = knownOf(ops, data);
  const norm = (name: string): number => {
    const operator = known[name];
    return typeof operator === "object" && operator.kind === "operator" ? operator.norm.value : Number.NaN;
  };
  const { lanes: declared, setting: sizes } = interpreted(program, data, norm);
  const functions = new Map((derivative?.functions ?? program.functions).map((each) => [each.name, each]));
  const setting: Setting = { ...sizes, functions };
  if (program.counter !== null) declared.bind(program.counter, zero);
  const prepared = runBlock(program.prepare, [], runBlock(program.constants, [], declared, setting), setting);
  const found = new Map<string, LaneValue>();
  const states = program.states.map((state) => state.name);
  const section = (
    place: string,
    block: Block,
    of: SectionDerivative | null,
    names: readonly string[],
    input: readonly LaneValue[],
  ) => {
    const results = evaluateBlock(block, input, prepared, setting);
    names.forEach((name, i) => note(found, `${place}.${name}`, results[i]));
    if (of !== null) reverse(place, of, results, input);
    return results.slice(0, names.length);
  };
  const reverse = (
    place: string,
    of: SectionDerivative,
    results: readonly LaneValue[],
    input: readonly LaneValue[],
  ): void => {
    const saved: Lanes = runBlock(of.save, input, prepared, setting);
    const cotangents = evaluateBlock(
      of.adjoint.block,
      of.adjoint.block.parameters.map((_, i) => results[i] ?? zero),
      saved,
      setting,
    );
    of.adjoint.of.forEach((variable, i) => {
      const state = of.save.parameters.indexOf(variable);
      const parameter = program.parameters.find((each) => each.variable === variable);
      const name = state >= 0 ? `state.${states[state] ?? ""}` : `known.${parameter?.name ?? variable.name}`;
      note(found, `${place}.${name}`, cotangents[i]);
    });
  };
  const initial = section("initial", program.initial, derivative?.initial ?? null, states, []);
  const stepped =
    program.step === null
      ? initial
      : section("step 0", program.step, derivative?.step ?? null, states, initial);
  if (program.step === null)
    section("finish", program.finish, derivative?.finish ?? null, ["output"], stepped);
  return found;
}

const zero: LaneValue = { shared: true, value: numberArray(0) };

function note(found: Map<string, LaneValue>, place: string, value: LaneValue | undefined): void {
  if (value !== undefined) found.set(place, value);
}

test.each(NAMES)("%s: what runs is what the interpreter makes of the IR", async (name) => {
  const { module, plan } = REVERSED[name];
  const ran = await outcomes(ops, executePlan(plan), knownOf(ops, DATA[name]));
  let compared = 0;
  for (const [place, value] of interpretation(module, DATA[name])) {
    const got = ran.get(place);
    if (got === undefined) continue;
    const whole = numbers(value, SAMPLES);
    const expected = got.length === whole.length ? whole : numbers(value, 1);
    expect(got.length, place).toBe(expected.length);
    got.forEach((entry, i) => {
      expect(Math.abs(entry - (expected[i] ?? Number.NaN)), `${place}[${i}]`).toBeLessThan(1e-9);
    });
    compared += 1;
  }
  expect(compared).toBeGreaterThanOrEqual(name === "tikhonov.direct" ? 1 : 3);
});
