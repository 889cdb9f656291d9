import type { ArrayType, Expression, Member, Program, SpaceType, Type } from "../../compiler/ast/tree.ts";
import { checkFile } from "../../compiler/check/index.ts";
import { compileProgram, definitionOf, planWithGradient, type Outcome } from "../../compiler/compile.ts";
import type { Span } from "../../compiler/source/span.ts";
import type { LossValue } from "../../runtime/adjoint/loss.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { spaceOf, type ArrayValue, type Space, type Value } from "../../runtime/arrays/value.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import type { Bound, Known, ProgramDefinition } from "../../runtime/program/definition.ts";
import { LOSSES, type Loss } from "../../runtime/train/losses.ts";
import { namesIn } from "../binding/assignment.ts";
import { merged, spacesOfItself } from "../binding/draft.ts";
import { fault } from "../binding/faults.ts";
import { type Thing, valueOf } from "../binding/thing.ts";
import { Failure } from "../failure.ts";

/** The names by which a loss knows what it compares. */
const OUTPUT = "output";
const TARGET = "target";

/** What a loss may read beside them: the bindings, and what they became in the program that is trained. */
interface LossNames {
  readonly names: ReadonlyMap<string, Thing>;
  readonly known: Known;
}

/** The spaces of the program's output, of one target, and of the reports that come in a product with the output. */
export interface LossSpaces {
  readonly output: Space;
  readonly target: Space;
  readonly reports: Readonly<Record<string, Space>>;
}

/**
 * The loss that an expression of the language over `output`, `target`, reports and the bindings stands for, or that a
 * single name of the runtime's losses does. The expression is the output of a program whose inputs are all but the
 * bindings: it is checked, compiled and differentiated as such.
 * @throws Failure that points into the expression
 */
export function lossOf(
  expression: Expression,
  operations: Operations,
  { names, known }: LossNames,
  spaces: LossSpaces,
): Loss {
  const single = expression.kind === "name" ? LOSSES[expression.name] : undefined;
  if (single !== undefined) return single;
  const read = namesIn(expression);
  const reports = Object.keys(spaces.reports);
  if (!read.has(OUTPUT) && reports.length === 0) throw fault(expression.span, "A loss depends on `output`");
  const bound = new Map<string, Value | Operator>();
  for (const [name, thing] of names) {
    if (!read.has(name) || name === OUTPUT || name === TARGET || reports.includes(name)) continue;
    bound.set(name, boundOf(operations, expression, name, thing, known[name], spaces.output));
  }
  const givens = [...bound].map(([name, of]) =>
    member("given", name, typeOf(of, expression.span), expression.span),
  );
  const all: Readonly<Record<string, Space>> = {
    ...spaces.reports,
    [OUTPUT]: spaces.output,
    [TARGET]: spaces.target,
  };
  const inputs = Object.entries(all)
    .filter(([name]) => read.has(name))
    .map(([name, space]) => member("input", name, spaceType(space, expression.span), expression.span));
  const by = [...(read.has(OUTPUT) ? [OUTPUT] : []), ...reports];
  const definition = definitionFor(expression, [...givens, ...inputs], by);
  return evaluation(definition, operations, Object.fromEntries(bound), { by, reports });
}

/** What a binding is to the loss: the operator of the trained program, or what the binding says by itself. */
function boundOf(
  operations: Operations,
  expression: Expression,
  name: string,
  thing: Thing,
  known: Bound | undefined,
  output: Space,
): Value | Operator {
  if (thing.kind === "operator") {
    if (typeof known === "object" && known.kind === "operator") return known;
    const own = spacesOfItself(thing.draft);
    const needed = own.domain === null ? merged(own, { domain: output, codomain: null }) : own;
    return thing.draft.realise(operations, needed);
  }
  const value = thing.kind === "host" && thing.batched ? null : valueOf(operations, thing);
  if (value !== null) return value;
  throw fault(
    expression.span,
    `\`${name}\` is nothing that a loss can read`,
    "It reads numbers, arrays and operators.",
  );
}

function typeOf(of: Value | Operator, span: Span): Type {
  if (!("domain" in of)) return spaceType(spaceOf(of), span);
  const [domain, codomain] = [spaceType(of.domain, span), spaceType(of.codomain, span)];
  return { kind: "operatorType", domain, codomain, meaning: null, span };
}

function spaceType(space: Space, span: Span): SpaceType {
  if (space.kind === "product") {
    const entries = space.parts.map((part) => spaceType(part, span));
    return { kind: "productType", entries, bounds: null, meaning: null, span };
  }
  const dimensions = space.shape.map(
    (value) => ({ kind: "number", value, text: String(value), note: null, span }) as const,
  );
  const scalar: ArrayType["scalar"] = space.field === "complex" ? "C" : "R";
  return { kind: "arrayType", scalar, dimensions, bounds: null, meaning: null, span };
}

function member(kind: "given" | "input", written: string, type: Type, span: Span): Member {
  const name = { kind: "identifier", name: written, span } as const;
  const shared = { name, type, properties: [], declaration: null, doc: null, span };
  return kind === "given" ? { kind, ...shared, perStep: false, initial: null } : { kind, ...shared };
}

/** The program of a loss and its gradients. */
function definitionFor(
  expression: Expression,
  members: readonly Member[],
  by: readonly string[],
): ProgramDefinition {
  const { span } = expression;
  const program: Program = {
    kind: "program",
    name: { kind: "identifier", name: "loss", span },
    parameters: [],
    conditions: [],
    members: [...members, { kind: "output", value: expression, doc: null, span }],
    declaration: null,
    doc: null,
    span,
  };
  const file = { kind: "file", items: [program], comments: [], broken: [], span } as const;
  const { programs, diagnostics } = checkFile(file, () => null);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Failure(errors);
  const [checked] = programs;
  if (checked === undefined) throw fault(span, "A loss is an expression");
  const { type } = checked.output.value.note;
  const isNumber = type.kind === "value" && type.space.kind === "array" && type.space.dimensions.length === 0;
  if (!isNumber || type.space.element !== "real") {
    throw fault(
      span,
      "A loss is a real number",
      "`norm2sq`, `norm1`, `sum`, `mean` and `dot` make one of arrays.",
    );
  }
  return definitionOf(done(planWithGradient(done(compileProgram(file, checked)), by)));
}

function done<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "done") return outcome.value;
  throw new Failure([outcome.diagnostic]);
}

/** By what a loss is differentiated, and what comes in a product with the output. */
interface LossParts {
  readonly by: readonly string[];
  readonly reports: readonly string[];
}

/** The loss as a function: the constants are computed once, all else for each batch. */
function evaluation(
  definition: ProgramDefinition,
  operations: Operations,
  givens: Known,
  { by, reports }: LossParts,
): Loss {
  const constants = definition.constants(operations, givens);
  return (using, whole, target): LossValue => {
    const parts = partsOf(whole, reports);
    const known: Known = { ...givens, ...constants, ...parts, [TARGET]: target };
    const prepared = definition.prepare?.run(using, known, {}).values ?? {};
    const names = { ...known, ...prepared };
    const state = definition.initial.run(using, names, {}).values;
    const all = definition.finish.run(using, names, state).values["output"];
    const [value, ...gradients] = all?.kind === "product" ? all.parts : [];
    if (value?.kind !== "array" || gradients.length < by.length)
      throw new TypeError("a loss has a value and gradients");
    const found = Object.fromEntries(by.map((name, index) => [name, gradients[index]]));
    const cotangents = Object.entries(parts).map(
      ([name, part]) => found[name] ?? using.map("0*part", { part }),
    );
    const [first = value] = cotangents;
    const cotangent: Value = reports.length === 0 ? first : { kind: "product", parts: cotangents };
    return { value: value satisfies ArrayValue, cotangent };
  };
}

/** The output and the reports of what a program gives. */
function partsOf(whole: Value, reports: readonly string[]): Readonly<Record<string, Value>> {
  if (reports.length === 0) return { [OUTPUT]: whole };
  const [output = whole, ...others] = whole.kind === "product" ? whole.parts : [];
  return {
    [OUTPUT]: output,
    ...Object.fromEntries(reports.map((name, index) => [name, others[index] ?? output])),
  };
}
