import type { Expression, Fun, Let } from "../../ast/tree.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { partsOf } from "../../ast/parts.ts";
import { sameExpression } from "./alike.ts";
import { isClosedConvex } from "./closedConvex.ts";
import type { Atom, BoundArgument, Factor, FormTerm, FunctionForm, Link } from "./form.ts";
import { withOwnArguments } from "./renamed.ts";

/** The typed declarations behind the symbols of functions and lets. */
export type Definitions = ReadonlyMap<Symbol, Fun<Typed> | Let<Typed>>;

/**
 * The form of an expression that denotes a function, such as `t*g`, `f + g`, `norm21`, `conjugate(g)`,
 * `indicator(box(0, 1))`. Null where the expression is no function of one variable.
 */
export function formOfFunction(expression: Expression<Typed>, definitions: Definitions): FunctionForm | null {
  switch (expression.kind) {
    case "name":
      return formOfName(expression, definitions);
    case "negate":
      return scaled(formOfFunction(expression.operand, definitions), { kind: "number", value: -1 });
    case "product":
      return formOfScaled(expression, definitions);
    case "sum": {
      const left = formOfFunction(expression.left, definitions);
      const right = formOfFunction(expression.right, definitions);
      const signed = expression.operator === "-" ? scaled(right, { kind: "number", value: -1 }) : right;
      return left && signed && joined(left, signed);
    }
    case "call":
      return formOfMaker(expression, definitions);
    default:
      return null;
  }
}

function formOfName(
  expression: Extract<Expression<Typed>, { kind: "name" }>,
  definitions: Definitions,
): FunctionForm | null {
  const reference = expression.reference;
  if (reference.kind === "library") {
    const atom: Atom = { kind: "library", name: reference.name, arguments: [], settings: {} };
    return single(atom, expression);
  }
  if (reference.kind !== "symbol") return null;
  const definition = definitions.get(reference.symbol);
  if (definition?.kind === "let") return formOfFunction(definition.initial, definitions);
  if (definition?.kind === "fun") return formOfFun(definition, definitions);
  return reference.symbol.typing.type.kind === "function"
    ? single({ kind: "opaque", symbol: reference.symbol }, expression)
    : null;
}

function formOfFun(fun: Fun<Typed>, definitions: Definitions): FunctionForm | null {
  const variable = fun.arguments[0];
  if (fun.arguments.length !== 1 || variable === undefined || fun.body.kind === "block") return null;
  return formOfBody(fun.body, symbolOf(variable.declaration), definitions);
}

function formOfScaled(
  expression: Extract<Expression<Typed>, { kind: "product" }>,
  definitions: Definitions,
): FunctionForm | null {
  if (expression.operator === "/") {
    return scaled(formOfFunction(expression.left, definitions), factorOf(expression.right, true));
  }
  return scaled(formOfFunction(expression.right, definitions), factorOf(expression.left, false));
}

function formOfMaker(
  expression: Extract<Expression<Typed>, { kind: "call" }>,
  definitions: Definitions,
): FunctionForm | null {
  const call = expression.call;
  if (call.kind !== "library") return null;
  const first = call.arguments[0];
  if (call.name === "conjugate" && first !== undefined) {
    const of = formOfFunction(first, definitions);
    return of && (conjugateOfConjugate(of) ?? single({ kind: "conjugate", of }, expression));
  }
  if (call.name === "indicator" && first !== undefined) {
    return single({ kind: "indicator", set: first }, expression);
  }
  const atom: Atom = { kind: "library", name: call.name, arguments: call.arguments, settings: call.settings };
  return single(atom, expression);
}

/** The f of f*, for a closed convex f: it is the conjugate of f*. */
function conjugateOfConjugate({ terms, bound }: FunctionForm): FunctionForm | null {
  const [term, ...others] = terms;
  if (term?.atom.kind !== "conjugate" || others.length + term.factors.length + term.links.length > 0)
    return null;
  const { of } = term.atom;
  return isClosedConvex(of) ? { terms: of.terms, bound: [...bound, ...of.bound] } : null;
}

/** The function that `conjugate(conjugate(f))` is, for a closed convex f; null of what is written otherwise. */
export function biconjugateOf(of: Expression<Typed>, definitions: Definitions): Expression<Typed> | null {
  if (of.kind === "name" && of.reference.kind === "symbol") {
    const definition = definitions.get(of.reference.symbol);
    return definition?.kind === "let" ? biconjugateOf(definition.initial, definitions) : null;
  }
  const [inner] =
    of.kind === "call" && of.call.kind === "library" && of.call.name === "conjugate" ? of.call.arguments : [];
  const form = inner === undefined ? null : formOfFunction(inner, definitions);
  return inner !== undefined && form !== null && isClosedConvex(form) ? inner : null;
}

/** The form of a number-valued expression as a function of `variable`. */
function formOfBody(body: Expression<Typed>, variable: Symbol, definitions: Definitions): FunctionForm {
  if (!reads(body, variable)) return single({ kind: "constant" }, body);
  switch (body.kind) {
    case "sum": {
      const left = formOfBody(body.left, variable, definitions);
      const right = formOfBody(body.right, variable, definitions);
      const minus = body.operator === "-" || body.operator === ".-";
      return joined(left, minus ? scaledBy(right, { kind: "number", value: -1 }) : right);
    }
    case "negate":
      return scaledBy(formOfBody(body.operand, variable, definitions), { kind: "number", value: -1 });
    case "product":
      return formOfProduct(body, variable, definitions);
    case "call":
      return formOfCall(body, variable, definitions) ?? single({ kind: "general" }, body);
    default:
      return single({ kind: "general" }, body);
  }
}

function formOfProduct(
  body: Extract<Expression<Typed>, { kind: "product" }>,
  variable: Symbol,
  definitions: Definitions,
): FunctionForm {
  const divides = body.operator === "/" || body.operator === "./";
  if (!reads(body.right, variable)) {
    return scaledBy(formOfBody(body.left, variable, definitions), factorOf(body.right, divides));
  }
  if (!divides && !reads(body.left, variable)) {
    return scaledBy(formOfBody(body.right, variable, definitions), factorOf(body.left, false));
  }
  return single({ kind: "general" }, body);
}

function formOfCall(
  body: Extract<Expression<Typed>, { kind: "call" }>,
  variable: Symbol,
  definitions: Definitions,
): FunctionForm | null {
  const call = body.call;
  if (call.kind === "library") {
    if (call.name === "dot") return formOfDot(call.arguments, variable, body);
    const links = affineLinks(call.arguments[0], variable);
    if (links === null || call.arguments.slice(1).some((argument) => reads(argument, variable))) return null;
    const atom: Atom = {
      kind: "library",
      name: call.name,
      arguments: call.arguments.slice(1),
      settings: call.settings,
    };
    return { terms: [{ factors: [], atom, links, source: body }], bound: [] };
  }
  return call.kind === "function" ? formOfInlinedCall(call, variable, definitions, body) : null;
}

function formOfDot(
  entries: readonly Expression<Typed>[],
  variable: Symbol,
  source: Expression<Typed>,
): FunctionForm | null {
  const [left, right] = entries;
  if (left === undefined || right === undefined) return null;
  const [constant, moving] = reads(left, variable) ? [right, left] : [left, right];
  const links = affineLinks(moving, variable);
  if (links === null || reads(constant, variable)) return null;
  return { terms: [{ factors: [], atom: { kind: "linear", by: constant }, links, source }], bound: [] };
}

function formOfInlinedCall(
  call: Extract<Extract<Expression<Typed>, { kind: "call" }>["call"], { kind: "function" }>,
  variable: Symbol,
  definitions: Definitions,
  source: Expression<Typed>,
): FunctionForm | null {
  const moving = call.arguments.filter((argument) => reads(argument, variable));
  const only = moving[0];
  if (moving.length !== 1 || only === undefined) return null;
  const links = affineLinks(only, variable);
  if (links === null) return null;
  const inner = formOfCallee(call, only, definitions, source);
  if (inner === null) return null;
  return {
    terms: inner.terms.map((term) => ({ ...term, links: [...links, ...term.links] })),
    bound: inner.bound,
  };
}

function formOfCallee(
  call: { readonly callee: Expression<Typed>; readonly arguments: readonly Expression<Typed>[] },
  moving: Expression<Typed>,
  definitions: Definitions,
  source: Expression<Typed>,
): FunctionForm | null {
  const { callee } = call;
  if (call.arguments.length === 1) return formOfFunction(callee, definitions);
  if (callee.kind !== "name" || callee.reference.kind !== "symbol") return null;
  const fun = definitions.get(callee.reference.symbol);
  if (fun?.kind !== "fun" || fun.body.kind === "block") return null;
  const position = call.arguments.indexOf(moving);
  const inner = fun.arguments[position];
  if (inner === undefined) return single({ kind: "general" }, source);
  const bound: BoundArgument[] = [];
  fun.arguments.forEach((argument, index) => {
    const value = call.arguments[index];
    if (index !== position && value !== undefined)
      bound.push({ argument: symbolOf(argument.declaration), value });
  });
  const form = formOfBody(fun.body, symbolOf(inner.declaration), definitions);
  return { terms: form.terms, bound: [...bound, ...form.bound] };
}

/** The links of an expression that is affine in `variable` through one chain, or null. */
function affineLinks(expression: Expression<Typed> | undefined, variable: Symbol): readonly Link[] | null {
  if (expression === undefined) return null;
  switch (expression.kind) {
    case "name":
      return expression.reference.kind === "symbol" && expression.reference.symbol === variable ? [] : null;
    case "negate": {
      const links = affineLinks(expression.operand, variable);
      return links && [...links, { kind: "scale", by: { kind: "number", value: -1 } }];
    }
    case "sum":
      return linksOfSum(expression, variable);
    case "product":
      return linksOfProduct(expression, variable);
    default:
      return null;
  }
}

function linksOfSum(
  expression: Extract<Expression<Typed>, { kind: "sum" }>,
  variable: Symbol,
): readonly Link[] | null {
  const minus = expression.operator === "-" || expression.operator === ".-";
  if (!reads(expression.right, variable)) {
    const links = affineLinks(expression.left, variable);
    return links && [...links, { kind: "shift", by: expression.right, sign: minus ? -1 : 1 }];
  }
  if (reads(expression.left, variable)) return null;
  const links = affineLinks(expression.right, variable);
  if (links === null) return null;
  const signed: readonly Link[] = minus
    ? [...links, { kind: "scale", by: { kind: "number", value: -1 } }]
    : links;
  return [...signed, { kind: "shift", by: expression.left, sign: 1 }];
}

function linksOfProduct(
  expression: Extract<Expression<Typed>, { kind: "product" }>,
  variable: Symbol,
): readonly Link[] | null {
  const { left, right, product } = expression;
  if (product === "apply") {
    const links = reads(left, variable) ? null : affineLinks(right, variable);
    return links && [...links, { kind: "operator", operator: left }];
  }
  if (product !== "multiply" && product !== "divide") return null;
  const leftMoves = reads(left, variable);
  if (leftMoves && reads(right, variable)) return null;
  if (!leftMoves && product === "divide") return null;
  const [moving, constant] = leftMoves ? [left, right] : [right, left];
  const links = affineLinks(moving, variable);
  if (links === null) return null;
  if (isNumber(constant)) return [...links, { kind: "scale", by: factorOf(constant, product === "divide") }];
  return product === "multiply" ? [...links, { kind: "diagonal", by: constant }] : null;
}

function isNumber(expression: Expression<Typed>): boolean {
  const type = expression.note.type;
  return type.kind === "value" && type.space.kind === "array" && type.space.dimensions.length === 0;
}

/** A number of the program as a factor, or its inverse. */
export function factorOf(expression: Expression<Typed>, inverse: boolean): Factor {
  if (expression.kind === "number") {
    return { kind: "number", value: inverse ? 1 / expression.value : expression.value };
  }
  return { kind: "expression", value: expression, inverse };
}

function single(atom: Atom, source: Expression<Typed>): FunctionForm {
  return { terms: [{ factors: [], atom, links: [], source }], bound: [] };
}

/** The sum of two forms; where both come from calls of one function with different arguments, each has its own. */
function joined(left: FunctionForm, right: FunctionForm): FunctionForm {
  const differs = right.bound.some((one) =>
    left.bound.some(({ argument, value }) => argument === one.argument && !sameExpression(value, one.value)),
  );
  const other = differs ? withOwnArguments(right) : right;
  return { terms: [...left.terms, ...other.terms], bound: [...left.bound, ...other.bound] };
}

function scaled(form: FunctionForm | null, factor: Factor): FunctionForm | null {
  return form && scaledBy(form, factor);
}

function scaledBy(form: FunctionForm, factor: Factor): FunctionForm {
  const terms = form.terms.map((term): FormTerm => ({ ...term, factors: [...term.factors, factor] }));
  return { ...form, terms };
}

/** The one symbol of a declaration that makes one. */
export function symbolOf(declaration: Symbol | readonly Symbol[]): Symbol {
  const symbol = "name" in declaration ? declaration : declaration[0];
  if (symbol === undefined) throw new Error("a declaration without a symbol");
  return symbol;
}

/** Whether an expression reads a symbol. */
export function reads(expression: Expression<Typed>, symbol: Symbol): boolean {
  if (expression.kind === "name" || expression.kind === "old") {
    return expression.reference.kind === "symbol" && expression.reference.symbol === symbol;
  }
  return partsOf(expression).some((part) => reads(part, symbol));
}
