import { download } from "../../../runtime/arrays/host.ts";
import type { Operations } from "../../../runtime/arrays/operations.ts";
import type { ArrayValue, Value } from "../../../runtime/arrays/value.ts";
import { bind } from "../../../runtime/program/bind.ts";
import type { BoundInputs, BoundProgram } from "../../../runtime/program/bound.ts";
import type { ProgramDefinition, Values } from "../../../runtime/program/definition.ts";
import { bindInputs } from "../../../runtime/program/inputs.ts";
import type { Safetensors } from "../../../runtime/io/safetensors.ts";
import { firstState, namesOfStep, prepareBatch } from "../../../runtime/solve/batch.ts";
import { runStep } from "../../../runtime/solve/solve.ts";
import { perform } from "../../../runtime/solve/task.ts";
import { SAMPLES, type Problem } from "./problems.ts";

/** A program with data and a batch. */
export interface Ready {
  readonly program: BoundProgram;
  readonly inputs: BoundInputs;
}

/** Binds a problem's data, drawn by a seed. */
export async function ready(
  problem: Problem,
  definition: ProgramDefinition,
  operations: Operations,
  seed: number,
  {
    samples = SAMPLES,
    weights,
  }: { readonly samples?: readonly number[]; readonly weights?: Safetensors } = {},
): Promise<Ready> {
  const givens = await problem.givens(operations, seed);
  const program = await bind(definition, operations, {
    givens,
    sizes: problem.sizes,
    ...(weights && { weights }),
  });
  const data = problem.inputs(operations, seed, samples);
  return { program, inputs: await perform(operations, bindInputs(program, data, true, samples[0])) };
}

/** What some steps of a program give: numbers by place, samples first. */
export type Record = ReadonlyMap<string, readonly number[]>;

/** Takes steps one after another, and reads everything that they give. */
export async function stepped({ program, inputs }: Ready, steps: number): Promise<Record> {
  const { operations, definition } = program;
  const found = new Map<string, readonly number[]>();
  const note = async (place: string, value: Value | null | undefined): Promise<void> => {
    if (value) found.set(place, await numbersOf(operations, value, inputs.samples));
  };
  const noteAll = async (place: string, values: Values): Promise<void> => {
    for (const [name, value] of Object.entries(values)) await note(`${place} ${name}`, value);
  };
  const batch = prepareBatch(program, inputs);
  let states = firstState(batch);
  let before = states;
  let reports: Values = {};
  await noteAll("state 0", states);
  for (let k = 0; k < steps; k += 1) {
    before = states;
    const after = runStep(batch, namesOfStep(batch, k), states);
    states = after.values;
    reports = after.reports;
    await noteAll(`state ${k + 1}`, states);
    await noteAll(`report ${k + 1}`, reports);
    await note(`capped ${k + 1}`, after.capped);
  }
  const known = namesOfStep(batch, steps - 1);
  await note("output", definition.finish.run(operations, known, states).values["output"]);
  await note("objective", definition.objective?.(operations, known, states));
  await note("until", definition.until?.(operations, known, states, before, reports));
  return found;
}

/** The numbers of a value, sample by sample, the parts of products one after the other. */
export async function numbersOf(
  operations: Operations,
  value: Value,
  samples: number,
): Promise<readonly number[]> {
  const parts = await download(operations, value);
  const leaves = leavesOf(value);
  const sampleOf = (sample: number): readonly number[] =>
    parts.flatMap(({ data }, i) => {
      if (leaves[i]?.batch === null) return [...data];
      const length = data.length / samples;
      return [...data.slice(sample * length, (sample + 1) * length)];
    });
  return Array.from({ length: samples }, (_, sample) => sampleOf(sample)).flat();
}

function leavesOf(value: Value): readonly ArrayValue[] {
  return value.kind === "array" ? [value] : value.parts.flatMap(leavesOf);
}

/** The largest distance of two records, relative to 1 + the largest number; infinite where places differ. */
export function distance(found: Record, expected: Record): number {
  let furthest = 0;
  for (const [place, numbers] of expected) {
    const others = found.get(place) ?? [];
    if (others.length !== numbers.length) throw new Error(`${place}: ${others.length} for ${numbers.length}`);
    furthest = Math.max(furthest, apart(others, numbers));
  }
  return furthest;
}

/** The same for two lists of numbers. */
export function apart(found: readonly number[], expected: readonly number[]): number {
  const size = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  return expected.reduce((most, each, i) => {
    const other = found[i] ?? Number.NaN;
    const gap = Number.isNaN(each) && Number.isNaN(other) ? 0 : Math.abs(each - other) / size;
    return Number.isNaN(gap) ? Infinity : Math.max(most, gap);
  }, 0);
}
