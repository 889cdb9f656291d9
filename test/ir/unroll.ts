import type { Variable } from "../../compiler/ir/block.ts";
import type { AdjointBlock, ProgramDerivative, SectionDerivative } from "../../compiler/ir/derivative.ts";
import { numberArray, sumOf } from "../../compiler/ir/evaluate/array.ts";
import { evaluateBlock, runBlock } from "../../compiler/ir/evaluate/evaluate.ts";
import { asValue, itemAt, Lanes, type LaneValue, type Setting } from "../../compiler/ir/evaluate/lanes.ts";
import { prepared, type ProgramBindings } from "../../compiler/ir/evaluate/program.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";

/**
 * The cotangents of everything that a program learns, by the output's, through `steps` steps and the reverses of all
 * sections: what an unrolled network does. Values per step are summed over the steps.
 */
export function unrolledGradient(
  program: IrProgram,
  derivative: ProgramDerivative,
  bindings: ProgramBindings,
  steps: number,
  cotangent: LaneValue,
): ReadonlyMap<Variable, LaneValue> {
  const setting: Setting = {
    sizes: bindings.sizes,
    spaces: bindings.spaces,
    functions: new Map(derivative.functions.map((each) => [each.name, each])),
  };
  const known = prepared(program, bindings, setting);
  const at = (k: number): Lanes => {
    const lanes = known.restricted(Array.from({ length: bindings.lanes }, (_, lane) => lane));
    for (const [variable, values] of bindings.perStep ?? []) lanes.bind(variable, values[k]!);
    if (program.counter !== null) lanes.bind(program.counter, { shared: true, value: numberArray(k) });
    return lanes;
  };
  let state = evaluateBlock(program.initial, [], known, setting);
  const before: (readonly LaneValue[])[] = [];
  for (let k = 0; k < steps; k += 1) {
    before.push(state);
    const step = k === 0 ? (program.firstStep ?? program.step!) : program.step!;
    state = evaluateBlock(step, state, at(k), setting).slice(0, program.states.length);
  }
  const sums = new Map<Variable, LaneValue>();
  const run = (
    section: SectionDerivative | null,
    inputs: readonly LaneValue[],
    outer: Lanes,
    cotangents: readonly (LaneValue | null)[],
  ): readonly (LaneValue | null)[] => {
    if (section === null) return inputs.map(() => null);
    const saved = runBlock(section.save, inputs, outer, setting);
    const filled = section.adjoint.block.parameters.map(
      (parameter, i) => cotangents[i] ?? zeroLike(saved.get(section.save.results[i] ?? parameter)),
    );
    const found = evaluateBlock(section.adjoint.block, filled, saved, setting);
    collect(section.adjoint, section.save.parameters, found, sums);
    return section.save.parameters.map((parameter) => found[section.adjoint.of.indexOf(parameter)] ?? null);
  };
  let flowing = run(derivative.finish, state, known, [cotangent]);
  for (let k = steps - 1; k >= 0; k -= 1) {
    const step = k === 0 && derivative.firstStep !== undefined ? derivative.firstStep : derivative.step;
    flowing = run(step, before[k]!, at(k), flowing);
  }
  run(derivative.initial, [], known, flowing);
  const prepare = program.prepare.results.map((result) => sums.get(result) ?? null);
  run(derivative.prepare, [], constantsOf(program, bindings, setting), prepare);
  return sums;
}

function collect(
  adjoint: AdjointBlock,
  parameters: readonly Variable[],
  found: readonly LaneValue[],
  sums: Map<Variable, LaneValue>,
): void {
  adjoint.of.forEach((variable, i) => {
    if (parameters.includes(variable)) return;
    const known = sums.get(variable);
    sums.set(variable, known === undefined ? found[i]! : added(known, found[i]!));
  });
}

function added(a: LaneValue, b: LaneValue): LaneValue {
  if (a.shared && b.shared) return { shared: true, value: sumOf(asValue(a.value), asValue(b.value)) };
  const count = a.shared ? (b.shared ? 0 : b.values.length) : a.values.length;
  return {
    shared: false,
    values: Array.from({ length: count }, (_, i) => sumOf(asValue(itemAt(a, i)), asValue(itemAt(b, i)))),
  };
}

function zeroLike(value: LaneValue): LaneValue {
  const none = (of: Parameters<typeof asValue>[0]): ReturnType<typeof asValue> => {
    const own = asValue(of);
    return own.kind === "product"
      ? { kind: "product", parts: own.parts.map(none) }
      : { ...own, re: own.re.map(() => 0), im: own.im?.map(() => 0) ?? null };
  };
  return value.shared
    ? { shared: true, value: none(value.value) }
    : { shared: false, values: value.values.map(none) };
}

function constantsOf(program: IrProgram, bindings: ProgramBindings, setting: Setting): Lanes {
  const lanes = new Lanes(bindings.lanes);
  for (const [variable, value] of bindings.values) lanes.bind(variable, value);
  return runBlock(program.constants, [], lanes, setting);
}
