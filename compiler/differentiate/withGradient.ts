import { IrBuilder } from "../ir/build.ts";
import type { Block } from "../ir/block.ts";
import { Functions } from "../ir/functions.ts";
import type { IrProgram } from "../ir/program.ts";
import { pullback } from "./gradient.ts";

/**
 * A program without a step whose output is one number, with the gradients of this number by some of its inputs beside
 * it: its output is the product of all these. An input has a gradient of its own for each sample.
 * @throws NotDifferentiable
 */
export function withGradient(program: IrProgram, by: readonly string[]): IrProgram {
  const points = by.map((name) => {
    const input = program.inputs.find(({ variable }) => variable.name === name)?.variable;
    if (input === undefined) throw new RangeError(`the program has no input ${name}`);
    return input;
  });
  const functions = new Functions(program.functions);
  const constants = new IrBuilder(functions);
  program.constants.equations.forEach((equation) => {
    constants.append(equation);
  });
  const value: Block = {
    parameters: points,
    equations: [...program.prepare.equations, ...program.finish.equations],
    results: program.finish.results,
  };
  const finish = constants.block([], (inner) => {
    const [number] = inner.inline(value, points);
    if (number === undefined) throw new Error("a loss is one number");
    return [inner.product([number, ...pullback(inner, value, points, null)])];
  });
  return { ...program, functions: functions.all(), prepare: { ...program.prepare, equations: [] }, finish };
}
