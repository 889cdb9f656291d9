import { IrBuilder } from "../ir/build.ts";
import type { Block, IrFunction } from "../ir/block.ts";
import { Functions } from "../ir/functions.ts";
import type { IrProgram } from "../ir/program.ts";
import { pullback } from "./gradient.ts";

/**
 * A program without a step whose output is one number, with the gradient of this number by one of its inputs beside it:
 * its output is the product of the two. The input has a gradient of its own for each sample.
 * @throws NotDifferentiable
 */
export function withGradient(program: IrProgram, by: string): IrProgram {
  const input = program.inputs.find(({ variable }) => variable.name === by)?.variable;
  if (input === undefined) throw new RangeError(`the program has no input ${by}`);
  const functions = new Functions();
  program.functions.forEach((each: IrFunction) => {
    functions.add(each);
  });
  const constants = new IrBuilder(functions);
  program.constants.equations.forEach((equation) => {
    constants.append(equation);
  });
  const value: Block = {
    parameters: [input],
    equations: [...program.prepare.equations, ...program.finish.equations],
    results: program.finish.results,
  };
  const finish = constants.block([], (inner) => {
    const [number] = inner.inline(value, [input]);
    const [gradient] = pullback(inner, value, [input], null);
    if (number === undefined || gradient === undefined) throw new Error("a loss is one number");
    return [inner.product([number, gradient])];
  });
  return { ...program, functions: functions.all(), prepare: { ...program.prepare, equations: [] }, finish };
}
