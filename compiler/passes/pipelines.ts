import type { Variable } from "../ir/block.ts";
import type { ProgramDerivative } from "../ir/derivative.ts";
import { type IrFault, verifyDerivative, verifyProgram } from "../ir/verify.ts";
import type { IrProgram } from "../ir/program.ts";
import { freeVariables } from "../ir/variables.ts";
import { commonSubexpressions } from "./commonSubexpressions.ts";
import { deadCode } from "./deadCode.ts";
import { group } from "./group.ts";
import { hoist } from "./hoist.ts";
import { operatorAlgebra } from "./operatorAlgebra.ts";
import type { Module, Pass } from "./pass.ts";
import { simplify } from "./simplify.ts";

/**
 * Before differentiation. Simplify first, since the gradients that lowering inlines leave factors behind; equal things
 * before hoisting, so that they are hoisted once, and after it, since sections then share them; the algebra of
 * operators needs both sides of a product in one place; dead code last, since all others leave some.
 */
export const OPTIMISE: readonly Pass[] = [
  simplify,
  commonSubexpressions,
  hoist,
  commonSubexpressions,
  operatorAlgebra,
  simplify,
  commonSubexpressions,
  deadCode,
];

/** After differentiation: reverses bring common factors and cotangents that nobody wants; kernels are grouped last. */
export const FINISH: readonly Pass[] = [simplify, commonSubexpressions, deadCode, group, deadCode];

/** A pass has broken the IR: a bug of the compiler. */
export class PassFault extends Error {
  override readonly name = "PassFault";
  readonly pass: string;
  readonly faults: readonly IrFault[];

  constructor(pass: string, faults: readonly IrFault[]) {
    super(`after ${pass}: ${faults.map(({ where, what }) => `${where}: ${what}`).join("; ")}`);
    this.pass = pass;
    this.faults = faults;
  }
}

/** Runs passes in order and verifies the program after each. */
export function runPasses(module: Module, passes: readonly Pass[]): Module {
  return passes.reduce((current, pass) => {
    const next = pass.run(current);
    const reverses = next.derivative === null ? [] : verifyDerivative(next.program, next.derivative);
    const faults = [...verifyProgram(next.program), ...reverses];
    if (faults.length > 0) throw new PassFault(pass.name, faults);
    return next;
  }, module);
}

/** The program as every target starts from it: what later sections read of `prepare` are its results. */
export function optimise(program: IrProgram): IrProgram {
  const { program: optimised } = runPasses({ program, derivative: null }, OPTIMISE);
  return { ...optimised, prepare: { ...optimised.prepare, results: preparedValues(optimised) } };
}

/** The variables of `prepare` that later sections read: values first, then operators. */
function preparedValues(program: IrProgram): readonly Variable[] {
  const own = new Set(program.prepare.equations.flatMap((equation) => equation.outputs));
  const later = [program.initial, program.step, program.finish, program.objective, program.until];
  const read = new Set(later.flatMap((block) => (block === null ? [] : freeVariables(block))));
  const prepared = [...own].filter((variable) => read.has(variable));
  return [
    ...prepared.filter((variable) => variable.type.kind === "value"),
    ...prepared.filter((variable) => variable.type.kind !== "value"),
  ];
}

/** The program and its reverses as a target executes them. */
export function finish(program: IrProgram, derivative: ProgramDerivative | null): Module {
  return runPasses({ program, derivative }, FINISH);
}
