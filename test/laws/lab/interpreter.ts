import type { Variable } from "../../../compiler/ir/block.ts";
import {
  arrayOf,
  countOf,
  type ReferenceArray,
  type ReferenceMap,
  type ReferenceOperator,
  type ReferenceSpace,
  type ReferenceValue,
} from "../../../compiler/ir/evaluate/array.ts";
import { asValue, itemAt, type Item, type LaneValue } from "../../../compiler/ir/evaluate/lanes.ts";
import { runProgram, type ProgramBindings } from "../../../compiler/ir/evaluate/program.ts";
import type { IrProgram } from "../../../compiler/ir/program.ts";
import type { GivenMap } from "../../../runtime/arrays/givenMap.ts";
import type { Operations } from "../../../runtime/arrays/operations.ts";
import type { ArrayValue, Value } from "../../../runtime/arrays/value.ts";
import { batchOfOperator } from "../../../runtime/operators/norm.ts";
import type { Operator } from "../../../runtime/operators/operator.ts";
import { isValue, type BoundInputs, type BoundProgram } from "../../../runtime/program/bound.ts";
import { uploadDraw } from "../../../runtime/program/draws.ts";
import type { Bound } from "../../../runtime/program/definition.ts";
import type { Ready, Record as Steps } from "./steps.ts";

/**
 * The data of a bound program as the reference interpreter of the IR takes them, for some steps. Past the last value
 * of a `per step` name, the last one holds.
 */
function interpreted(
  program: IrProgram,
  bound: BoundProgram,
  inputs: BoundInputs,
  steps: number,
): ProgramBindings {
  const { operations, dimensions, parameters } = bound;
  const lanes = inputs.samples;
  const values = new Map<Variable, LaneValue>();
  const perStep = new Map<Variable, readonly LaneValue[]>();
  const known: Readonly<Record<string, Bound>> = { ...bound.known, ...inputs.known };
  for (const { variable } of [...program.givens, ...program.inputs]) {
    const item = known[variable.name];
    if (item === undefined) throw new Error(`${variable.name} is not bound`);
    values.set(variable, laneValue(operations, item, lanes));
  }
  for (const { variable, name, perStep: stepped } of program.parameters) {
    const own = (parameters.get(name) ?? []).map((value) => laneValue(operations, value, lanes));
    const last = own.at(-1);
    if (last === undefined) throw new Error(`${name} has no value`);
    if (stepped)
      perStep.set(
        variable,
        Array.from({ length: steps }, (_, k) => own[k] ?? last),
      );
    else values.set(variable, last);
  }
  for (const { variable, when } of program.draws) {
    const declaration = bound.definition.draws?.find(({ name }) => name === variable.name);
    if (declaration === undefined) continue;
    const { first, batch } = inputs;
    const drawing = { seed: bound.seed, first, samples: lanes, batch, dimensions: inputs.dimensions };
    const at = (step: number): LaneValue =>
      lanesOfValue(operations, uploadDraw(operations, drawing, declaration, step), lanes);
    if (when === "sample") values.set(variable, at(0));
    else
      perStep.set(
        variable,
        Array.from({ length: steps }, (_, k) => at(k)),
      );
  }
  const spaces: Record<string, ReferenceSpace> = Object.fromEntries(dimensions.spaces);
  return { lanes, sizes: Object.fromEntries(dimensions.sizes), spaces, values, perStep };
}

function laneValue(operations: Operations, bound: Bound, lanes: number): LaneValue {
  if (typeof bound === "number") throw new Error("a size is no value");
  if (bound.kind === "operator") return operatorLanes(operations, bound, lanes);
  if (bound.kind === "map") return { shared: true, value: referenceMap(operations, bound) };
  if (!isValue(bound)) throw new Error("a space is no value");
  return lanesOfValue(operations, bound, lanes);
}

/** A value of the runtime for all samples. */
function lanesOfValue(operations: Operations, value: Value, lanes: number): LaneValue {
  if (!hasSamples(value)) return { shared: true, value: referenceValue(operations, value, 0) };
  const each = (lane: number): Item => referenceValue(operations, value, lane);
  return { shared: false, values: Array.from({ length: lanes }, (_, lane) => each(lane)) };
}

function hasSamples(value: Value): boolean {
  return value.kind === "array" ? value.batch !== null : value.parts.some(hasSamples);
}

/** One sample of a value. */
function referenceValue(operations: Operations, value: Value, lane: number): ReferenceValue {
  if (value.kind === "product") {
    return { kind: "product", parts: value.parts.map((part) => referenceValue(operations, part, lane)) };
  }
  return referenceArray(operations, value, lane);
}

function referenceArray(operations: Operations, value: ArrayValue, lane: number): ReferenceArray {
  const { field, shape, batch, handle } = value;
  const data = operations.engine.readNow(handle);
  if (data === null) throw new Error("the engine reads later");
  const start = batch === null ? 0 : lane * countOf(shape);
  return arrayOf(shape, field, (i) =>
    field === "complex"
      ? { re: data[2 * (start + i)] ?? Number.NaN, im: data[2 * (start + i) + 1] ?? Number.NaN }
      : { re: data[start + i] ?? Number.NaN, im: 0 },
  );
}

/** A bound operator, applied on the engine: the laws of operators are tested elsewhere. */
function operatorLanes(operations: Operations, operator: Operator, lanes: number): LaneValue {
  if (batchOfOperator(operations, operator) === null) {
    return { shared: true, value: referenceOperator(operations, operator, null) };
  }
  const of = (lane: number): Item => referenceOperator(operations, operator, { lane, lanes });
  return { shared: false, values: Array.from({ length: lanes }, (_, lane) => of(lane)) };
}

function referenceOperator(
  operations: Operations,
  operator: Operator,
  own: { readonly lane: number; readonly lanes: number } | null,
): ReferenceOperator {
  const through = (map: (x: Value) => Value) => (x: ReferenceValue) => {
    const image = map(runtimeValue(operations, x, own?.lanes ?? null));
    return referenceValue(operations, image, own?.lane ?? 0);
  };
  return {
    kind: "operator",
    apply: through((x) => operations.apply(operator, x)),
    adjoint: through((y) => operations.applyAdjoint(operator, y)),
    norm: operator.norm.value,
  };
}

/** A given map, on the engine: its definition has been compared with the interpreter as a program. */
function referenceMap(operations: Operations, map: GivenMap): ReferenceMap {
  const onEngine = (x: ReferenceValue): Value => runtimeValue(operations, x, null);
  return {
    kind: "map",
    apply: (x) => referenceValue(operations, operations.applyMap(map, onEngine(x)), 0),
    reverse: (x, g) =>
      referenceValue(operations, operations.applyMapReverse(map, onEngine(x), onEngine(g)), 0),
  };
}

function runtimeValue(operations: Operations, value: ReferenceValue, copies: number | null): Value {
  if (value.kind === "product") {
    return operations.product(value.parts.map((part) => runtimeValue(operations, part, copies)));
  }
  const { shape, re, im } = value;
  const one = im === null ? [...re] : [...re].flatMap((entry, i) => [entry, im[i] ?? 0]);
  const data = Float64Array.from({ length: (copies ?? 1) * one.length }, (_, i) => one[i % one.length] ?? 0);
  const inner = im === null ? shape : [...shape, 2];
  return {
    kind: "array",
    field: im === null ? "real" : "complex",
    shape,
    batch: copies,
    handle: operations.engine.upload(data, copies === null ? inner : [copies, ...inner]),
  };
}

/** The steps of `stepped` by the reference interpreter. */
export function byDefinition(ir: IrProgram, { program, inputs }: Ready, steps: number): Steps {
  const { samples } = inputs;
  const run = runProgram(ir, interpreted(ir, program, inputs, steps), steps);
  const found = new Map<string, readonly number[]>();
  run.states.forEach((states, k) => {
    states.forEach((value, i) => {
      found.set(`state ${k} ${ir.states[i]?.name ?? ""}`, lanesNumbers(value, samples));
    });
  });
  run.reports.forEach((reports, k) => {
    reports.forEach((value, i) => {
      const name = ir.reports[i];
      found.set(
        name === undefined ? `capped ${k + 1}` : `report ${k + 1} ${name}`,
        lanesNumbers(value, samples),
      );
    });
  });
  found.set("output", lanesNumbers(run.output, samples));
  if (run.objective !== null) found.set("objective", lanesNumbers(run.objective, samples));
  return found;
}

function lanesNumbers(value: LaneValue, samples: number): readonly number[] {
  return Array.from({ length: samples }, (_, lane) => numbersOf(asValue(itemAt(value, lane)))).flat();
}

function numbersOf(value: ReferenceValue): readonly number[] {
  if (value.kind === "product") return value.parts.flatMap(numbersOf);
  const { re, im } = value;
  return im === null ? [...re] : [...re].flatMap((entry, i) => [entry, im[i] ?? 0]);
}
