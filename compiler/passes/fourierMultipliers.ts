import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { IrBuilder } from "../ir/build.ts";
import { Functions } from "../ir/functions.ts";
import { arraySpace, isNumber, isReal, spaceOf } from "../ir/spaces.ts";
import { blocksOf, definedBy } from "../ir/variables.ts";
import { mapModule, type Module, type Pass } from "./pass.ts";
import { type RewriteContext, rewritten } from "./rewrite.ts";

/**
 * Re F'(d .* F x) of a real x, with F the Fourier transform and a d that givens decide, is a convolution with a real
 * kernel: one operator, made once a run, which knows that half of the spectrum says all, and makes no complex arrays.
 * Behind differentiation, whose reverses of such a product have the same form, with conj d.
 */
export const fourierMultipliers: Pass = {
  name: "Fourier multipliers",
  doc: "joins a Fourier transform of a real array, factors and the inverse into one operator",
  run: (module) => {
    const multipliers = new Multipliers(module);
    const changed = mapModule(module, (block, { section, kept }) =>
      SECTIONS.has(section) ? multipliers.joined(block, kept) : block,
    );
    const { constants } = changed.program;
    const equations = [...constants.equations, ...multipliers.equations];
    return { ...changed, program: { ...changed.program, constants: { ...constants, equations } } };
  },
};

/** What sees constants, and is not the place where they are made. */
const SECTIONS: ReadonlySet<string> = new Set([
  ...["prepare", "initial", "firstStep", "step", "finish", "objective", "until", "save", "adjoint"],
]);

type FourierTransform = EquationOf<"library">;

/** A factor of frequencies: d, 1/d or conj d. */
interface Factor {
  readonly variable: Variable;
  readonly as: "itself" | "reciprocal" | "conjugate";
}

/** A number by which a value is multiplied or divided. */
interface Scaling {
  readonly function: "mul" | "div";
  readonly by: Variable;
}

/** The scalings, from the outermost on, of Re F'(factors .* F x). */
interface Product {
  readonly transform: FourierTransform;
  readonly factors: readonly Factor[];
  readonly scalings: readonly Scaling[];
  readonly x: Variable;
}

/** A value that is followed to what it is made of. */
interface Followed {
  readonly value: Variable;
  readonly factors: readonly Factor[];
  readonly scalings: readonly Scaling[];
}

/** The operators of a program's products, each made once. */
class Multipliers {
  readonly #builder: IrBuilder;
  readonly #known: ReadonlySet<Variable>;
  readonly #transforms: ReadonlyMap<Variable, FourierTransform>;
  readonly #made = new Map<string, Variable>();
  readonly #names = new Map<Variable, number>();

  constructor({ program }: Module) {
    this.#builder = new IrBuilder(new Functions(program.functions));
    const givens = program.givens.filter((data) => !data.perStep).map((data) => data.variable);
    this.#known = new Set([...givens, ...definedBy(program.constants)]);
    this.#transforms = new Map(
      program.constants.equations.flatMap((equation) =>
        equation.operation === "library" && equation.attributes.name === "fourier"
          ? equation.outputs.map((output) => [output, equation] as const)
          : [],
      ),
    );
  }

  get equations(): readonly Equation[] {
    return this.#builder.equations;
  }

  joined(block: Block, kept: ReadonlySet<Variable>): Block {
    if (this.#transforms.size === 0) return block;
    const counts = readCounts(block);
    const isAlone = (variable: Variable): boolean => counts.get(variable) === 1 && !kept.has(variable);
    const context: RewriteContext = {
      definition: () => null,
      isBinary: () => false,
      isOrthonormal: () => false,
      isNonnegative: () => false,
    };
    const rule = (equation: Equation, builder: IrBuilder, sight: RewriteContext): Variable | null => {
      const found = this.#productIn(equation, (variable) =>
        isAlone(variable) ? sight.definition(variable) : null,
      );
      return found && this.#applied(found, builder);
    };
    return rewritten(block, [rule], this.#builder.functions, context, kept);
  }

  /** The product whose real part an equation takes; null where it does something else. */
  #productIn(equation: Equation, madeBy: (variable: Variable) => Equation | null): Product | null {
    const [outermost] = inputsOf(equation, "real") ?? [];
    if (outermost === undefined) return null;
    const outside = this.#through(outermost, madeBy, false);
    const back = madeBy(outside.value);
    if (back?.operation !== "apply" || !back.attributes.adjoint) return null;
    const [operator, spectrum] = back.inputs;
    const transform = operator === undefined ? undefined : this.#transforms.get(operator);
    if (transform === undefined || spectrum === undefined) return null;
    const inside = this.#through(spectrum, madeBy, true);
    const forth = madeBy(inside.value);
    if (forth?.operation !== "apply" || forth.attributes.adjoint || forth.inputs[0] !== operator) return null;
    const [, image] = forth.inputs;
    const [x] = image === undefined ? [] : (inputsOf(madeBy(image), "complex") ?? []);
    if (x === undefined || inside.factors.length === 0) return null;
    return { transform, x, factors: inside.factors, scalings: [...outside.scalings, ...inside.scalings] };
  }

  /** What a value is made of by real numbers and, `inFrequency`, by factors that are known. */
  #through(value: Variable, madeBy: (variable: Variable) => Equation | null, inFrequency: boolean): Followed {
    const definition = madeBy(value);
    const none: Followed = { value, factors: [], scalings: [] };
    if (definition?.operation !== "elementwise") return none;
    const name = definition.attributes.function;
    const [left, right] = definition.inputs;
    if ((name !== "mul" && name !== "div") || left === undefined || right === undefined) return none;
    for (const [other, by] of name === "mul"
      ? ([
          [left, right],
          [right, left],
        ] as const)
      : ([[left, right]] as const)) {
      if (isNumber(spaceOf(by)) && isReal(spaceOf(by)) && !isNumber(spaceOf(other))) {
        const { scalings, ...rest } = this.#through(other, madeBy, inFrequency);
        return { ...rest, scalings: [{ function: name, by }, ...scalings] };
      }
      const factor = inFrequency ? this.#factor(by, name, madeBy) : null;
      if (factor === null) continue;
      const { factors, ...rest } = this.#through(other, madeBy, inFrequency);
      return { ...rest, factors: [factor, ...factors] };
    }
    return none;
  }

  #factor(by: Variable, name: "mul" | "div", madeBy: (variable: Variable) => Equation | null): Factor | null {
    if (this.#known.has(by)) return { variable: by, as: name === "mul" ? "itself" : "reciprocal" };
    const [turned] = inputsOf(madeBy(by), "conj") ?? [];
    return name === "mul" && turned !== undefined && this.#known.has(turned)
      ? { variable: turned, as: "conjugate" }
      : null;
  }

  /** The product by its operator, or by the adjoint of that where all its factors are conjugate. */
  #applied({ transform, factors, scalings, x }: Product, builder: IrBuilder): Variable | null {
    const isAdjoint = factors.every(({ as }) => as === "conjugate");
    if (!isAdjoint && factors.some(({ as }) => as === "conjugate")) return null;
    const operator = this.#operator(transform, factors);
    return scalings.reduceRight<Variable>(
      (value, { function: name, by }) => builder.elementwise(name, [value, by]),
      builder.apply(operator, x, isAdjoint),
    );
  }

  #operator({ attributes, outputs }: FourierTransform, factors: readonly Factor[]): Variable {
    const parts = factors.map(
      ({ variable, as }) => `${this.#nameOf(variable)}${as === "reciprocal" ? "/" : ""}`,
    );
    const key = [...outputs.map((output) => this.#nameOf(output)), ...parts.sort()].join(" ");
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const builder = this.#builder;
    const [first, ...rest] = factors.map(({ variable, as }) =>
      as === "reciprocal" ? builder.elementwise("reciprocal", [variable]) : variable,
    );
    if (first === undefined) throw new Error("a product without factors");
    const product = rest.reduce((left, right) => builder.elementwise("mul", [left, right]), first);
    const { domain, settings } = attributes;
    const real = domain.kind === "array" ? arraySpace("real", domain.dimensions) : domain;
    const operator = builder.library("fourier_multiplier", settings, real, real, [product]);
    this.#made.set(key, operator);
    return operator;
  }

  #nameOf(variable: Variable): number {
    const name = this.#names.get(variable) ?? this.#names.size;
    this.#names.set(variable, name);
    return name;
  }
}

function inputsOf(equation: Equation | null, name: ElementwiseFunction): readonly Variable[] | null {
  return equation?.operation === "elementwise" && equation.attributes.function === name
    ? equation.inputs
    : null;
}

/** How often each variable is read in a block, in the blocks inside, and as a result. */
function readCounts(block: Block): ReadonlyMap<Variable, number> {
  const counts = new Map<Variable, number>();
  const visit = (inner: Block): void => {
    for (const variable of [...inner.equations.flatMap((equation) => equation.inputs), ...inner.results]) {
      counts.set(variable, (counts.get(variable) ?? 0) + 1);
    }
    inner.equations.flatMap(blocksOf).forEach(visit);
  };
  visit(block);
  return counts;
}
