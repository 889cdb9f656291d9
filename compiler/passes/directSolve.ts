import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { IrBuilder } from "../ir/build.ts";
import { Functions } from "../ir/functions.ts";
import type { IrProgram } from "../ir/program.ts";
import { definedBy, equationOf, mapBlocks } from "../ir/variables.ts";
import type { Pass } from "./pass.ts";
import { sumOfSquares, type Square } from "./sumOfSquares.ts";

/**
 * A solve with c_1 A'A + c_2 B'B + ... + d I, or with W' diag(w) W among the terms, gets these as operators that know a
 * basis in which they are diagonal, made once a batch or once a run: where they share one, which is known when data is
 * bound, the solve is a division there, for any c and d, and conjugate gradients are left to the others.
 */
export const directSolve: Pass = {
  name: "direct solves",
  doc: "names the terms of solves, which are direct where these share a basis",
  run: ({ program, derivative }) => {
    const terms = new Terms(program);
    const section = (block: Block): Block => terms.named(block);
    const changed = {
      ...program,
      initial: section(program.initial),
      step: program.step && section(program.step),
      finish: section(program.finish),
    };
    const { prepare } = program;
    return {
      program: {
        ...changed,
        prepare: { ...prepare, equations: [...prepare.equations, ...terms.equations] },
      },
      derivative,
    };
  },
};

/** The operators of the terms of a program's solves, each made once. */
class Terms {
  readonly #builder: IrBuilder;
  readonly #known: ReadonlySet<Variable>;
  readonly #made = new Map<
    Variable,
    { readonly square: Square; readonly alone: boolean; readonly operator: Variable }[]
  >();

  constructor(program: IrProgram) {
    const lasting = [...program.givens, ...program.inputs].filter((data) => !data.perStep);
    this.#builder = new IrBuilder(new Functions(program.functions));
    this.#known = new Set([
      ...lasting.map((data) => data.variable),
      ...definedBy(program.constants),
      ...definedBy(program.prepare),
    ]);
  }

  get equations(): readonly Equation[] {
    return this.#builder.equations;
  }

  named(block: Block): Block {
    const equations = block.equations.flatMap((equation): readonly Equation[] => {
      const inside = mapBlocks(equation, (inner) => this.named(inner));
      return inside.operation === "solve" && inside.attributes.terms === 0 ? this.#solve(inside) : [inside];
    });
    return { ...block, equations };
  }

  #solve(equation: EquationOf<"solve">): readonly Equation[] {
    const builder = new IrBuilder(this.#builder.functions);
    builder.span = equation.span;
    const sum = sumOfSquares(equation.attributes.map, builder);
    const shared = equation.outputs.every((output) => output.shared);
    if (sum === null || sum.squares.length === 0 || !sum.squares.every((square) => this.#isKnown(square)))
      return [equationOf(equation)];
    const factors = [...sum.squares.map(({ factor }) => factor), sum.shift];
    const alone = sum.squares.length === 1;
    const operators = sum.squares.map((square) => this.#operator(square, alone));
    const inputs = [...equation.inputs, ...operators, ...factors];
    if (shared && inputs.some((input) => !input.shared)) return [equationOf(equation)];
    const attributes = { ...equation.attributes, terms: operators.length };
    return [...builder.equations, equationOf({ ...equation, attributes, inputs })];
  }

  #isKnown({ operator, weights }: Square): boolean {
    return this.#known.has(operator) && weights.every((weight) => this.#known.has(weight));
  }

  #operator(square: Square, alone: boolean): Variable {
    const made = this.#made.get(square.operator) ?? [];
    const same = made.find((each) => each.alone === alone && sameWeights(each.square, square));
    if (same !== undefined) return same.operator;
    const [first, ...rest] = square.weights;
    const builder = this.#builder;
    const weights =
      first === undefined ? null : rest.reduce((a, b) => builder.elementwise("mul", [a, b]), first);
    const operator = builder.diagonalise(square.operator, weights, alone);
    this.#made.set(square.operator, [...made, { square, alone, operator }]);
    return operator;
  }
}

function sameWeights(left: Square, right: Square): boolean {
  return (
    left.weights.length === right.weights.length &&
    left.weights.every((weight, index) => weight === right.weights[index])
  );
}
