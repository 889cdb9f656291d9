import type { Block, Equation, Variable } from "../ir/block.ts";
import { IrBuilder } from "../ir/build.ts";
import { Functions } from "../ir/functions.ts";
import type { IrProgram } from "../ir/program.ts";
import { isNumber, sameSpace, spaceOf } from "../ir/spaces.ts";
import { blocksOf, definedBy, mapBlocks, readBy, substitute, substituteEquation } from "../ir/variables.ts";
import type { Pass } from "./pass.ts";

/**
 * A'(A x - y) with a y that does not change becomes N x - A'y with N = A'A, and A'(A x) becomes N x. Which form N takes
 * is decided where A is bound (`gram` of runtime/operators/algebra/algebra.ts): a matrix of A'A where A is far higher than wide, so that a
 * step costs n² instead of 2mn; |k|² in the frequencies of a blur; otherwise A and then A', which costs what it cost
 * before. It is done where A x serves nothing else, in what is repeated: the step and loops, not the maps of solves, which
 * ask for the precision that a product loses once it is formed in single precision; and for all gradients of a step or for none, since methods subtract one from another, and two forms round differently.
 * Learned matrices stay as they are: their products would have to be formed after each update.
 */
export const gram: Pass = {
  name: "gram products",
  doc: "applies A'A as one operator where A x serves nothing else",
  run: ({ program, derivative }) => {
    const context: Context = { operators: formable(program), functions: new Functions(program.functions) };
    const optional = (block: Block | null): Block | null => block && allOrNone(block, context);
    return {
      program: {
        ...program,
        prepare: onceRun(program.prepare, context),
        initial: onceRun(program.initial, context),
        step: optional(program.step),
        finish: onceRun(program.finish, context),
      },
      derivative,
    };
  },
};

interface Context {
  /** the operators whose A'A may have a form of its own */
  readonly operators: ReadonlySet<Variable>;
  readonly functions: Functions;
}

/** What A'A of an operator of the library costs less than A and A' in turn; of a bound one it is not known. */
const FORMED: ReadonlySet<string> = new Set(["blur", "gaussian", "bernoulli"]);

function formable(program: IrProgram): ReadonlySet<Variable> {
  const given = program.givens.filter((data) => !data.perStep).map((data) => data.variable);
  const built = program.constants.equations.flatMap((equation) =>
    equation.operation === "library" && FORMED.has(equation.attributes.name) ? equation.outputs : [],
  );
  return new Set([...given, ...built].filter(({ type }) => type.kind === "operator"));
}

/** A block that runs once: only what it repeats is changed. */
function onceRun(block: Block, context: Context): Block {
  return { ...block, equations: block.equations.map((equation) => withRepeated(equation, context)) };
}

function withRepeated(equation: Equation, context: Context): Equation {
  if (equation.operation === "solve") return equation;
  return mapBlocks(equation, (inner) => repeated(inner, context));
}

function allOrNone(block: Block, context: Context): Block {
  const changed = repeated(block, context);
  const left = new Set(appliedToChanging(changed, new Set()));
  const operators = new Set([...context.operators].filter((operator) => !left.has(operator)));
  return operators.size === context.operators.size ? changed : repeated(block, { ...context, operators });
}

/** The operators whose adjoint is applied to what a block, or one around it, defines. */
function appliedToChanging(block: Block, around: ReadonlySet<Variable>): readonly Variable[] {
  const own = new Set([...around, ...definedBy(block)]);
  return block.equations.flatMap((equation) => {
    const inside = blocksOf(equation).flatMap((inner) => appliedToChanging(inner, own));
    const [operator, v] = equation.inputs;
    const isAdjoint = equation.operation === "apply" && equation.attributes.adjoint;
    return isAdjoint && operator !== undefined && v !== undefined && own.has(v)
      ? [operator, ...inside]
      : inside;
  });
}

function repeated(block: Block, context: Context): Block {
  const own = new Map<Variable, Equation>();
  for (const equation of block.equations) equation.outputs.forEach((output) => own.set(output, equation));
  const sight: Sight = {
    operators: context.operators,
    definition: (variable) => own.get(variable) ?? null,
    changes: (variable) => own.has(variable) || block.parameters.includes(variable),
    reads: readCounts(block),
  };
  const replaced = new Map<Variable, Variable>();
  const equations = block.equations.flatMap((original): readonly Equation[] => {
    const equation = withRepeated(substituteEquation(original, replaced), context);
    const builder = new IrBuilder(context.functions);
    builder.span = equation.span;
    const [output] = equation.outputs;
    const result = normalEquation(equation, builder, sight);
    if (result === null || output === undefined || result.shared !== output.shared) return [equation];
    replaced.set(output, result);
    return builder.equations;
  });
  return substitute({ ...block, equations }, replaced);
}

/** What may be seen from an equation of a block. */
interface Sight {
  readonly operators: ReadonlySet<Variable>;
  /** the equation of the same block */
  readonly definition: (variable: Variable) => Equation | null;
  /** whether a variable is not the same each time the block runs */
  readonly changes: (variable: Variable) => boolean;
  readonly reads: ReadonlyMap<Variable, number>;
}

/** A' v, for a v that A x occurs in, by N = A'A; null where the equation is another, or A x is needed anyway. */
function normalEquation(equation: Equation, builder: IrBuilder, sight: Sight): Variable | null {
  if (equation.operation !== "apply" || !equation.attributes.adjoint) return null;
  const [operator, v] = equation.inputs;
  if (operator === undefined || v === undefined || !sight.operators.has(operator)) return null;
  const found = normalForm(operator, v, sight);
  return found === null ? null : built(found, operator, builder.gram(operator), builder);
}

/** How A' v is made of N and A'. */
type NormalForm =
  | { readonly kind: "normal" | "adjoint"; readonly of: Variable }
  | { readonly kind: "add" | "sub"; readonly left: NormalForm; readonly right: NormalForm }
  | { readonly kind: "neg"; readonly form: NormalForm }
  | { readonly kind: "mul" | "div"; readonly form: NormalForm; readonly factor: Variable };

function normalForm(operator: Variable, v: Variable, sight: Sight): NormalForm | null {
  const definition = sight.definition(v);
  if (definition === null || sight.reads.get(v) !== 1) return null;
  const [left, right] = definition.inputs;
  if (left === undefined) return null;
  if (definition.operation === "apply") {
    const isProduct = left === operator && !definition.attributes.adjoint && right !== undefined;
    return isProduct ? { kind: "normal", of: right } : null;
  }
  if (definition.operation !== "elementwise") return null;
  const kind = definition.attributes.function;
  if (kind === "neg") {
    const form = normalForm(operator, left, sight);
    return form && { kind, form };
  }
  if (right === undefined) return null;
  if (kind === "add" || kind === "sub") {
    const [first, second] = [normalForm(operator, left, sight), normalForm(operator, right, sight)];
    const term = (form: NormalForm | null, of: Variable): NormalForm | null =>
      form ?? (sight.changes(of) || isRepeated(of, v) ? null : { kind: "adjoint", of });
    const [a, b] = [term(first, left), term(second, right)];
    return (first === null && second === null) || a === null || b === null
      ? null
      : { kind, left: a, right: b };
  }
  if (kind !== "mul" && kind !== "div") return null;
  const [factor, value] = kind === "mul" && isNumber(spaceOf(left)) ? [left, right] : [right, left];
  const form = isNumber(spaceOf(factor)) ? normalForm(operator, value, sight) : null;
  return form && { kind, form, factor };
}

/** Whether a number is repeated in a sum with an array. */
function isRepeated(term: Variable, sum: Variable): boolean {
  return !sameSpace(spaceOf(term), spaceOf(sum));
}

function built(form: NormalForm, operator: Variable, product: Variable, builder: IrBuilder): Variable {
  const inner = (part: NormalForm): Variable => built(part, operator, product, builder);
  switch (form.kind) {
    case "normal":
      return builder.apply(product, form.of, false);
    case "adjoint":
      return builder.apply(operator, form.of, true);
    case "add":
    case "sub":
      return builder.elementwise(form.kind, [inner(form.left), inner(form.right)]);
    case "neg":
      return builder.elementwise("neg", [inner(form.form)]);
    case "mul":
    case "div":
      return builder.elementwise(form.kind, [inner(form.form), form.factor]);
  }
}

/** How often each variable is read in a block, in the blocks inside, and as a result. */
function readCounts(block: Block): ReadonlyMap<Variable, number> {
  const counts = new Map<Variable, number>();
  const read = (variable: Variable): void => {
    counts.set(variable, (counts.get(variable) ?? 0) + 1);
  };
  block.equations.flatMap(readBy).forEach(read);
  block.results.forEach(read);
  return counts;
}
