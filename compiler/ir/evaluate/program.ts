import type { Block, Variable } from "../block.ts";
import type { IrProgram } from "../program.ts";
import { numberArray } from "./array.ts";
import { evaluateBlock, runBlock } from "./evaluate.ts";
import { Lanes, type LaneValue, type Setting } from "./lanes.ts";

/** What a program is run with: values of givens, inputs and parameters, and those with one value for each step. */
export interface ProgramBindings {
  readonly lanes: number;
  readonly sizes: Setting["sizes"];
  readonly spaces: Setting["spaces"];
  readonly values: ReadonlyMap<Variable, LaneValue>;
  readonly perStep?: ReadonlyMap<Variable, readonly LaneValue[]>;
}

/** What the reference interpreter finds: the states before the first step and after each, and all that is read of them. */
export interface ProgramRun {
  readonly states: readonly (readonly LaneValue[])[];
  readonly reports: readonly (readonly LaneValue[])[];
  readonly output: LaneValue;
  readonly objective: LaneValue | null;
  /** by the states after the last step and those before it; null without a step */
  readonly until: LaneValue | null;
}

/** Runs some steps of a program by the definitions, in double precision. */
export function runProgram(program: IrProgram, bindings: ProgramBindings, steps: number): ProgramRun {
  const setting: Setting = {
    sizes: bindings.sizes,
    spaces: bindings.spaces,
    functions: new Map(program.functions.map((each) => [each.name, each])),
  };
  const known = prepared(program, bindings, setting);
  const evaluate = (block: Block, inputs: readonly LaneValue[], outer: Lanes): readonly LaneValue[] =>
    evaluateBlock(block, inputs, outer, setting);
  let state = evaluate(program.initial, [], known);
  const states = [state];
  const reports: (readonly LaneValue[])[] = [];
  for (let k = 0; program.step !== null && k < steps; k += 1) {
    const results = evaluate(program.step, state, atStep(program, bindings, known, k));
    state = results.slice(0, program.states.length);
    states.push(state);
    reports.push(results.slice(program.states.length));
  }
  const [output] = evaluate(program.finish, state, known);
  if (output === undefined) throw new Error("a program has an output");
  const before = states.at(-2);
  const tested = before === undefined || program.until === null ? null : [...state, ...before];
  const reported = (reports.at(-1) ?? []).slice(0, program.reports.length);
  return {
    states,
    reports,
    output,
    objective: program.objective === null ? null : (evaluate(program.objective, state, known)[0] ?? null),
    until:
      tested === null || program.until === null
        ? null
        : (evaluate(program.until, [...tested, ...reported], known)[0] ?? null),
  };
}

/** What is known before the first state: declarations, constants and prepared values. */
export function prepared(program: IrProgram, bindings: ProgramBindings, setting: Setting): Lanes {
  const lanes = new Lanes(bindings.lanes);
  for (const [variable, value] of bindings.values) lanes.bind(variable, value);
  const constants = runBlock(program.constants, [], lanes, setting);
  return runBlock(program.prepare, [], constants, setting);
}

function atStep(program: IrProgram, bindings: ProgramBindings, known: Lanes, k: number): Lanes {
  const lanes = known.restricted(Array.from({ length: known.count }, (_, lane) => lane));
  if (program.counter !== null) lanes.bind(program.counter, { shared: true, value: numberArray(k) });
  for (const [variable, values] of bindings.perStep ?? []) {
    const value = values[k];
    if (value === undefined) throw new Error(`${variable.name} has no value for step ${k}`);
    lanes.bind(variable, value);
  }
  return lanes;
}
