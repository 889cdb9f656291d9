import type { Expression, Statement } from "../../ast/tree.ts";
import { formOfFunction, reads, symbolOf } from "../../library/calculus/analyse.ts";
import type { FunctionForm } from "../../library/calculus/form.ts";
import { FUNCTIONS } from "../../library/functions/table.ts";
import type { Span } from "../../source/span.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import type { Knowledge } from "../context.ts";
import { layersOf } from "./networks.ts";

/** A part of a function that has no derivative everywhere. */
export interface Kink {
  readonly part: string;
  readonly span: Span;
}

/** The first kink of an expression that denotes a function; |.| and relu count as 0 at theirs. */
export function findKink(knowledge: Knowledge, of: Expression<Typed>): Kink | null {
  switch (of.kind) {
    case "name":
      return kinkOfName(knowledge, of);
    case "sum":
    case "product":
      return findKink(knowledge, of.left) ?? findKink(knowledge, of.right);
    case "negate":
      return findKink(knowledge, of.operand);
    case "call":
      return kinkOfMade(knowledge, of);
    default:
      return null;
  }
}

function kinkOfMade(knowledge: Knowledge, of: Extract<Expression<Typed>, { kind: "call" }>): Kink | null {
  if (of.call.kind !== "library") return null;
  if (of.call.name === "indicator") return { part: "indicator", span: of.span };
  const [first] = of.call.arguments;
  if (of.call.name === "conjugate" && first !== undefined) {
    const smooth = isStrictlyConvex(formOfFunction(first, knowledge.definitions));
    return smooth ? null : { part: "conjugate", span: of.span };
  }
  return of.call.name === "each" && first !== undefined ? findKink(knowledge, first) : null;
}

/** Whether all terms are convex without flat or linear pieces, so that the conjugate has a derivative inside its domain. */
function isStrictlyConvex(form: FunctionForm | null): boolean {
  const names: ReadonlySet<string> = new Set(["norm2sq", "entropy", "kullback_leibler"]);
  const terms = form?.terms.filter(({ atom }) => atom.kind !== "linear" && atom.kind !== "constant") ?? [];
  return terms.length > 0 && terms.every(({ atom }) => atom.kind === "library" && names.has(atom.name));
}

function kinkOfName(knowledge: Knowledge, of: Extract<Expression<Typed>, { kind: "name" }>): Kink | null {
  if (of.reference.kind === "library")
    return hasKink(of.reference.name) ? { part: of.name, span: of.span } : null;
  if (of.reference.kind !== "symbol") return null;
  const definition = knowledge.definitions.get(of.reference.symbol);
  if (definition?.kind === "let") return findKink(knowledge, definition.initial);
  if (definition?.kind !== "fun") return null;
  const variables = definition.arguments.map((argument) => symbolOf(argument.declaration));
  if (definition.body.kind !== "block") return kinkInBody(knowledge, definition.body, variables);
  for (const statement of definition.body.statements) {
    const value = valueOf(statement);
    const kink = value === null ? null : kinkInBody(knowledge, value, null);
    if (kink !== null) return kink;
  }
  return null;
}

function valueOf(statement: Statement<Typed>): Expression<Typed> | null {
  switch (statement.kind) {
    case "let":
    case "letTuple":
    case "var":
      return statement.initial;
    case "update":
    case "report":
    case "return":
      return statement.value;
    default:
      return null;
  }
}

/** A kink in the body of a function; `variables` null: every part may depend on them. */
function kinkInBody(
  knowledge: Knowledge,
  body: Expression<Typed>,
  variables: readonly Symbol[] | null,
): Kink | null {
  if (variables !== null && !variables.some((variable) => reads(body, variable))) return null;
  const within = (part: Expression<Typed>): Kink | null => kinkInBody(knowledge, part, variables);
  switch (body.kind) {
    case "sum":
    case "product":
      return within(body.left) ?? within(body.right);
    case "negate":
    case "adjoint":
      return within(body.operand);
    case "power":
      return within(body.base) ?? within(body.exponent);
    case "conditional":
      return within(body.consequent) ?? within(body.alternative);
    case "tuple":
      return firstOf(body.entries, within);
    case "index":
      return within(body.operand);
    case "call":
      return kinkInCall(knowledge, body, within);
    default:
      return null;
  }
}

function kinkInCall(
  knowledge: Knowledge,
  body: Extract<Expression<Typed>, { kind: "call" }>,
  within: (part: Expression<Typed>) => Kink | null,
): Kink | null {
  const { call } = body;
  if (call.kind === "library") {
    if (hasKink(call.name)) return { part: call.name, span: body.span };
    return firstOf(call.arguments, within);
  }
  if (call.kind === "function") return findKink(knowledge, call.callee) ?? firstOf(call.arguments, within);
  if (call.kind === "program") {
    return firstOf([...call.arguments.values(), ...(call.weights === null ? [] : [call.weights])], within);
  }
  return call.kind === "map" ? firstOf(call.arguments, within) : null;
}

function firstOf(
  parts: readonly Expression<Typed>[],
  within: (part: Expression<Typed>) => Kink | null,
): Kink | null {
  for (const part of parts) {
    const kink = within(part);
    if (kink !== null) return kink;
  }
  return null;
}

function hasKink(name: string): boolean {
  if (name === "tv" || name === "indicator") return true;
  return Object.hasOwn(FUNCTIONS, name) && FUNCTIONS[name as keyof typeof FUNCTIONS].kink;
}

/** A layer with a kink in a learned network whose gradient is asked for. */
export function findNetworkKink(knowledge: Knowledge, of: Expression<Typed>): Kink | null {
  if (of.kind !== "name" || of.reference.kind !== "symbol") return null;
  const start = knowledge.networks.get(of.reference.symbol);
  if (start === undefined) return null;
  for (const layer of layersOf(knowledge, start)) {
    if (!layer.smooth) return { part: layer.name, span: layer.span };
  }
  return null;
}
