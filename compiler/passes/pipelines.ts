import type { Variable } from "../ir/block.ts";
import type { ProgramDerivative } from "../ir/derivative.ts";
import { type IrFault, verifyDerivative, verifyProgram } from "../ir/verify.ts";
import type { IrProgram } from "../ir/program.ts";
import { freeVariables } from "../ir/variables.ts";
import { commonSubexpressions } from "./commonSubexpressions.ts";
import { deadCode } from "./deadCode.ts";
import { describe } from "./describe.ts";
import { directSolve } from "./directSolve.ts";
import { endings } from "./endings.ts";
import { differences } from "./differences.ts";
import { firstStep } from "./firstStep.ts";
import { fourierMultipliers } from "./fourierMultipliers.ts";
import { gram } from "./gram.ts";
import { group } from "./group.ts";
import { hoist } from "./hoist.ts";
import { operatorAlgebra } from "./operatorAlgebra.ts";
import { pairs } from "./pairs.ts";
import { localOperators } from "./localOperators.ts";
import type { Module, Pass } from "./pass.ts";
import { simplify } from "./simplify.ts";
import { together } from "./together.ts";

/**
 * Before differentiation. Simplify first, since the gradients that lowering inlines leave factors behind. The algebra
 * of operators needs to see that two operators are one, so equal things come before it; and it comes before hoisting,
 * which then finds its diagonals. Equal things once more after hoisting, since sections now share them. Gram products
 * need to know what does not change and what nobody else reads, so they come after hoisting and dead code, and so do
 * the terms of solves; what they bring, A'y and A'A, is hoisted in its turn. Operators of samples go back to where they
 * are applied once nothing moves any more. Dead code last, since all others leave some.
 */
export const OPTIMISE: readonly Pass[] = [
  simplify,
  commonSubexpressions,
  operatorAlgebra,
  simplify,
  hoist,
  commonSubexpressions,
  operatorAlgebra,
  simplify,
  commonSubexpressions,
  deadCode,
  directSolve,
  gram,
  hoist,
  commonSubexpressions,
  simplify,
  localOperators,
  deadCode,
];

/** For networks of a fixed number of steps, before differentiation, so that reverses have a first step of their own. */
const UNROLL: readonly Pass[] = [firstStep];

/** After differentiation: reverses bring signs, common factors and cotangents that nobody wants (signs
 * move twice: through a product, then into a sum); what is multiplied in frequency is joined while its parts are
 * apart; kernels are grouped last, norms of pairs within them and then finite differences that only they read, what
 * remains is named by what it holds, kernels that have names for their results are joined, and take up the reductions of
 * what they read and make. */
export const FINISH: readonly Pass[] = [
  simplify,
  simplify,
  commonSubexpressions,
  deadCode,
  fourierMultipliers,
  pairs,
  group,
  deadCode,
  differences,
  describe,
  together,
  endings,
];

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

/** The program as a network of some steps starts from it, given what `optimise` gives. */
export function unrolled(program: IrProgram): IrProgram {
  return runPasses({ program, derivative: null }, UNROLL).program;
}

/** The variables of `prepare` that later sections read. */
function preparedValues(program: IrProgram): readonly Variable[] {
  const own = new Set(program.prepare.equations.flatMap((equation) => equation.outputs));
  const later = [program.initial, program.step, program.finish, program.objective, program.until];
  const read = new Set(later.flatMap((block) => (block === null ? [] : freeVariables(block))));
  return [...own].filter((variable) => read.has(variable));
}

/** The program and its reverses as a target executes them. */
export function finish(program: IrProgram, derivative: ProgramDerivative | null): Module {
  return runPasses({ program, derivative }, FINISH);
}
