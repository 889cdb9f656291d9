import { expect } from "vitest";
import { pullback, pushforward } from "../../compiler/differentiate/gradient.ts";
import { reverseTools } from "../../compiler/differentiate/functions.ts";
import { reverseBlock } from "../../compiler/differentiate/program.ts";
import type { Block, Variable } from "../../compiler/ir/block.ts";
import { IrBuilder } from "../../compiler/ir/build.ts";
import { evaluateBlock, runBlock } from "../../compiler/ir/evaluate/evaluate.ts";
import { asValue, type LaneValue, type Setting } from "../../compiler/ir/evaluate/lanes.ts";
import { Functions } from "../../compiler/ir/functions.ts";
import { definedBy, freeVariables } from "../../compiler/ir/variables.ts";
import { verifyBlock } from "../../compiler/ir/verify.ts";
import { Dice, lanesOf, nudged, pairing, randomLanes, realsOf, shifted, type Bindings } from "../ir/lab.ts";

export interface Case {
  readonly block: Block;
  /** values of parameters and of free variables */
  readonly bindings: Bindings;
  /** the parameters, and free variables, by which derivatives are taken */
  readonly wanted: readonly Variable[];
  readonly lanes: number;
  readonly setting: Setting;
  readonly functions?: Functions;
  readonly outer?: IrBuilder;
  readonly tolerance?: number;
  /** whether the derivative may be found to be zero everywhere */
  readonly vanishes?: boolean;
}

/**
 * The reverse of a block against central differences of its results paired with random cotangents, and the values of
 * its saving form against its own.
 */
export function expectGradients(example: Case, seed = 1): void {
  const { block, bindings, lanes } = example;
  const functions = example.functions ?? new Functions();
  const outer = example.outer ?? new IrBuilder(functions);
  const where = (): Setting => ({
    ...example.setting,
    functions: new Map(functions.all().map((each) => [each.name, each])),
  });
  const known = example.wanted.filter((variable) => !block.parameters.includes(variable));
  const around = { tools: reverseTools(functions), outer, count: block.results.length, apart: false };
  const derivative = reverseBlock(block, known, around);
  if (derivative === null) {
    if (example.vanishes !== true) throw new Error("nothing flows through the block");
    return;
  }
  const inputs = block.parameters.map((parameter) => bindings.get(parameter)!);
  const around2 = [...freeVariables(block), ...bindings.keys()];
  expect(verifyBlock(derivative.save, without(around2, derivative.save), functions.all())).toEqual([]);
  const inside = runBlock(derivative.save, inputs, lanesOf(lanes, bindings), where());
  const plain = evaluateBlock(block, inputs, lanesOf(lanes, bindings), where());
  const dice = new Dice(seed);
  const cotangents = block.results.map((result) => randomLanes(result, lanes, dice, where()));
  block.results.forEach((result, i) => {
    const same = derivative.save.results[i]!;
    expect(realsOf(inside.get(same))).toEqual(realsOf(plain[i]!));
    expect(result.type.kind).toBe("value");
  });
  const visible = [...around2, ...definedBy(derivative.save)];
  expect(verifyBlock(derivative.adjoint.block, visible, functions.all())).toEqual([]);
  const found = evaluateBlock(derivative.adjoint.block, cotangents, inside, where());
  const loss = (changed: Bindings): number => {
    const results = evaluateBlock(
      block,
      block.parameters.map((parameter) => changed.get(parameter)!),
      lanesOf(lanes, changed),
      where(),
    );
    return results.reduce((sum, result, i) => sum + pairing(result, cotangents[i]!, lanes), 0);
  };
  for (const variable of example.wanted) {
    const place = derivative.adjoint.of.indexOf(variable);
    const value = bindings.get(variable)!;
    const count = realsOf(value).length;
    const numeric = Array.from({ length: count }, (_, i) => {
      const at = (by: number): number => loss(new Map([...bindings, [variable, nudged(value, i, by)]]));
      const h = 2e-5;
      return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    });
    const exact = place < 0 ? numeric.map(() => 0) : realsOf(aligned(found[place]!, value));
    const size = Math.max(1, ...numeric.map(Math.abs));
    exact.forEach((entry, i) => {
      const gap = Math.abs(entry - numeric[i]!) / size;
      if (!(gap <= (example.tolerance ?? 1e-7))) {
        throw new Error(`cotangent of ${variable.name} at ${i}: ${entry}, by differences ${numeric[i]!}`);
      }
    });
  }
}

/** A real cotangent of a value with complex entries gets zero imaginary parts; a shared one stands in every lane. */
function aligned(cotangent: LaneValue, value: LaneValue): LaneValue {
  if (!value.shared && cotangent.shared) {
    return aligned({ shared: false, values: value.values.map(() => cotangent.value) }, value);
  }
  const items = value.shared ? [value.value] : value.values;
  const own = cotangent.shared ? [cotangent.value] : cotangent.values;
  const values = own.map((item, i) => {
    const [a, b] = [asValue(item), asValue(items[i]!)];
    if (a.kind === "array" && b.kind === "array" && a.im === null && b.im !== null) {
      return { ...a, im: new Float64Array(a.re.length) };
    }
    return a;
  });
  return cotangent.shared ? { shared: true, value: values[0]! } : { shared: false, values };
}

function without(variables: readonly Variable[], block: Block): readonly Variable[] {
  const own = new Set(definedBy(block));
  return variables.filter((variable) => !own.has(variable));
}

/**
 * The derivative of the first result in a random direction, against central differences, and against its adjoint:
 * <J v, w> = <v, J' w>.
 */
export function expectDerivative(example: Case, seed = 1): void {
  const { bindings, lanes } = example;
  const parameters = example.block.parameters.filter((parameter) => example.wanted.includes(parameter));
  const of: Block = { ...example.block, parameters, results: example.block.results.slice(0, 1) };
  const [result] = of.results;
  if (result === undefined) throw new Error("a block without a result");
  const functions = example.functions ?? new Functions();
  const outer = example.outer ?? new IrBuilder(functions);
  const directions = parameters.map((each, i): Variable => ({ ...each, name: `v${i}` }));
  const w: Variable = { ...result, name: "w" };
  const where: Setting = {
    ...example.setting,
    functions: new Map(functions.all().map((each) => [each.name, each])),
  };
  const block = outer.block([...directions, w], (inner) => [
    pushforward(inner, of, parameters, directions),
    ...pullback(inner, of, parameters, w),
  ]);
  expect(verifyBlock(block, [...freeVariables(block)], functions.all())).toEqual([]);
  const dice = new Dice(seed + 7);
  const v = directions.map((direction) => randomLanes(direction, lanes, dice, where));
  const cotangent = randomLanes(w, lanes, dice, where);
  const around = lanesOf(lanes, bindings);
  const [along, ...back] = evaluateBlock(block, [...v, cotangent], around, where);
  const exact = pairing(along!, cotangent, lanes);
  const adjoint = back.reduce((sum, each, i) => sum + pairing(each, v[i]!, lanes), 0);
  const at = (by: number): number => {
    const moved = parameters.map((each, i) => shifted(bindings.get(each)!, v[i]!, by));
    const [value] = evaluateBlock(of, moved, around, where);
    return pairing(value!, cotangent, lanes);
  };
  const h = 2e-5;
  const numeric = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
  const size = Math.max(1, Math.abs(numeric));
  expect(Math.abs(exact - numeric) / size).toBeLessThan(example.tolerance ?? 1e-7);
  expect(Math.abs(exact - adjoint) / size).toBeLessThan(1e-10);
}
