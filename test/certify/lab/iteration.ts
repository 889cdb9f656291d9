import { analyse, compileProgram } from "../../../compiler/compile.ts";
import { asArray, numberArray, realArray, type ReferenceSpace } from "../../../compiler/ir/evaluate/array.ts";
import { evaluateBlock } from "../../../compiler/ir/evaluate/evaluate.ts";
import {
  asValue,
  type Item,
  itemAt,
  type LaneValue,
  type Setting,
} from "../../../compiler/ir/evaluate/lanes.ts";
import { matrixOperator } from "../../../compiler/ir/evaluate/operators/matrix.ts";
import { prepared } from "../../../compiler/ir/evaluate/program.ts";
import type { Block, Variable } from "../../../compiler/ir/block.ts";
import type { IrProgram } from "../../../compiler/ir/program.ts";

export type Vector = readonly number[];
/** rows */
export type Matrix = readonly Vector[];
/** Numbers, arrays and operators by the names of a program. */
export type Data = Readonly<Record<string, number | Vector | { readonly matrix: Matrix }>>;
/** The states in order, a number as a vector of length 1. */
export type State = readonly Vector[];

/** One sample's iteration of a program, in double precision, by the reference interpreter. */
export interface Iteration {
  readonly names: readonly string[];
  readonly start: State;
  readonly step: (state: State, k?: number) => State;
  readonly objective: (state: State) => number;
}

/** The iteration of the only program of a text, with X = R[n] and Y = R[m]. */
export function iterationOf(text: string, n: number, m: number, data: Data): Iteration {
  const program = loweredProgram(text);
  const spaces = { X: arrays(n), Y: arrays(m) };
  const setting: Setting = {
    sizes: {},
    spaces,
    functions: new Map(program.functions.map((each) => [each.name, each])),
  };
  const variables = [...program.givens, ...program.inputs, ...program.parameters].map(
    ({ variable }) => variable,
  );
  const values = new Map(variables.map((variable) => [variable, bound(variable, data, spaces)] as const));
  const known = prepared(program, { lanes: 1, sizes: {}, spaces, values }, setting);
  const evaluate = (block: Block, inputs: readonly LaneValue[], k: number): readonly LaneValue[] => {
    const lanes = known.restricted([0]);
    if (program.counter !== null) lanes.bind(program.counter, { shared: true, value: numberArray(k) });
    return evaluateBlock(block, inputs, lanes, setting);
  };
  const shapes = evaluate(program.initial, [], 0).map((value) => asArray(asValue(itemAt(value, 0))).shape);
  const asLanes = (state: State): readonly LaneValue[] =>
    state.map((entries, i) => ({ shared: false, values: [realArray(shapes[i]!, entries)] }));
  const { step, objective } = program;
  return {
    names: program.states.map(({ name }) => name),
    start: evaluate(program.initial, [], 0).map(vectorOf),
    step: (state, k = 0) => evaluate(step!, asLanes(state), k).slice(0, program.states.length).map(vectorOf),
    objective: (state) => vectorOf(evaluate(objective!, asLanes(state), 0)[0]!)[0]!,
  };
}

function arrays(count: number): ReferenceSpace {
  return { kind: "array", field: "real", shape: [count] };
}

function vectorOf(value: LaneValue): Vector {
  return [...asArray(asValue(itemAt(value, 0))).re];
}

function loweredProgram(text: string): IrProgram {
  const { file, checked, diagnostics } = analyse({ path: "test.ipx", text }, () => null);
  const [program] = checked.programs;
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const compiled = compileProgram(file, program);
  if (compiled.kind === "refused") throw new Error(compiled.diagnostic.message);
  return compiled.value.lowered;
}

function bound(variable: Variable, data: Data, spaces: Readonly<Record<string, ReferenceSpace>>): LaneValue {
  const value = data[variable.name];
  if (value === undefined) throw new Error(`${variable.name} has no value`);
  const item = itemOf(variable, value, spaces);
  return variable.shared ? { shared: true, value: item } : { shared: false, values: [item] };
}

function itemOf(
  { type }: Variable,
  value: Data[string],
  spaces: Readonly<Record<string, ReferenceSpace>>,
): Item {
  if (typeof value === "number") return numberArray(value);
  if (!("matrix" in value)) return realArray([value.length], value);
  if (type.kind !== "operator" || type.domain.kind !== "named" || type.codomain.kind !== "named") {
    throw new Error("a matrix is for an operator between named spaces");
  }
  const { matrix } = value;
  const array = realArray([matrix.length, matrix[0]!.length], matrix.flat());
  return matrixOperator(array, spaces[type.domain.name]!, spaces[type.codomain.name]!);
}

/** All states of a run, the start first. */
export function run(iteration: Iteration, steps: number): readonly State[] {
  const states = [iteration.start];
  for (let k = 0; k < steps; k += 1) states.push(iteration.step(states[k]!, k));
  return states;
}
