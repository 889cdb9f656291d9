import type { Expression } from "../../ast/tree.ts";
import type { LibraryName } from "../names.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { FUNCTIONS } from "../functions/table.ts";
import { type Definitions, reads, symbolOf } from "./analyse.ts";

/** How a value depends on a variable, entry by entry; `unknown` where the rules do not tell. */
export type Curvature = "constant" | "affine" | "convex" | "concave" | "unknown";

/** What curvature is read off: declarations, and which expressions denote functions that are known to be convex. */
export interface CurvatureSetting {
  readonly definitions: Definitions;
  readonly isConvexFunction: (of: Expression<Typed>) => boolean;
}

type Call = Extract<Expression<Typed>, { kind: "call" }>;
type Sign = 1 | -1 | null;

/**
 * The curvature of an expression in a variable by the rules of disciplined convex programming: sums, multiples whose
 * sign is known, and compositions of convex functions that do not decrease with convex ones.
 * Source: Grant, Boyd, Ye, in Global Optimization, Springer, 2006; Boyd, Vandenberghe, Convex Optimization, 2004, 3.2.
 */
export function curvature(of: Expression<Typed>, variable: Symbol, setting: CurvatureSetting): Curvature {
  if (!reads(of, variable)) return "constant";
  const inner = (part: Expression<Typed>): Curvature => curvature(part, variable, setting);
  switch (of.kind) {
    case "name":
      return "affine";
    case "negate":
      return multiple(inner(of.operand), -1);
    case "sum": {
      const minus = of.operator === "-" || of.operator === ".-";
      return sumOf(inner(of.left), multiple(inner(of.right), minus ? -1 : 1));
    }
    case "product":
      return curvatureOfProduct(of, variable, inner);
    case "power":
      return curvatureOfPower(of, variable, inner);
    case "call":
      return of.call.kind === "function"
        ? curvatureOfInlined(of.call, variable, setting)
        : curvatureOfCall(of, variable, inner);
    default:
      return "unknown";
  }
}

/** The curvature of a sum. */
export function sumOf(left: Curvature, right: Curvature): Curvature {
  if (left === right || right === "constant") return left;
  if (left === "constant") return right;
  if (left === "affine") return right;
  return right === "affine" ? left : "unknown";
}

/** The curvature of a multiple by what has a sign, or none that is known. */
export function multiple(of: Curvature, sign: Sign): Curvature {
  if (of === "constant" || of === "affine" || of === "unknown") return of;
  if (sign === null) return "unknown";
  if (sign === 1) return of;
  return of === "convex" ? "concave" : "convex";
}

/** The sign of all entries of an expression, by its interval. */
export function signOf({ note }: Expression<Typed>): Sign {
  const { interval } = note;
  if (interval === null) return null;
  return interval.low >= 0 ? 1 : interval.high <= 0 ? -1 : null;
}

type Inner = (part: Expression<Typed>) => Curvature;

function curvatureOfProduct(
  { left, right, product }: Extract<Expression<Typed>, { kind: "product" }>,
  variable: Symbol,
  inner: Inner,
): Curvature {
  const [leftMoves, rightMoves] = [reads(left, variable), reads(right, variable)];
  if (leftMoves && rightMoves) return "unknown";
  switch (product) {
    case "apply":
      return rightMoves && inner(right) === "affine" ? "affine" : "unknown";
    case "multiply":
      return leftMoves ? multiple(inner(left), signOf(right)) : multiple(inner(right), signOf(left));
    case "divide":
      return leftMoves ? multiple(inner(left), signOf(right)) : "unknown";
    default:
      return "unknown";
  }
}

/** Even powers of what is affine; powers of at least 1 of what is convex and not negative; roots; negative powers. */
function curvatureOfPower(
  { base, exponent }: Extract<Expression<Typed>, { kind: "power" }>,
  variable: Symbol,
  inner: Inner,
): Curvature {
  if (exponent.kind !== "number" && exponent.kind !== "negate") return "unknown";
  const p = exponent.note.interval?.low;
  if (!isReal(base) || p === undefined || reads(exponent, variable) || exponent.note.interval?.high !== p)
    return "unknown";
  const of = inner(base);
  if (of === "affine" && p >= 2 && p % 2 === 0) return "convex";
  if (p === 1) return of;
  if (signOf(base) !== 1) return "unknown";
  const [isConvex, isConcave] = [of !== "concave" && of !== "unknown", of !== "convex" && of !== "unknown"];
  if (p > 1) return isConvex ? "convex" : "unknown";
  if (p > 0) return isConcave ? "concave" : "unknown";
  return p < 0 && isConcave ? "convex" : "unknown";
}

/** Functions of entries, and of whole arrays, by what they make of a curvature. */
const ENTRYWISE: Partial<Record<LibraryName, (of: Curvature) => Curvature>> = {
  sum: (of) => of,
  mean: (of) => of,
  exp: convexIncreasing,
  relu: convexIncreasing,
  softplus: convexIncreasing,
  maximum: convexIncreasing,
  log: concaveIncreasing,
  sqrt: concaveIncreasing,
  minimum: concaveIncreasing,
  abs: (of) => (of === "affine" ? "convex" : "unknown"),
};

function convexIncreasing(of: Curvature): Curvature {
  return of === "affine" || of === "convex" ? "convex" : "unknown";
}

function concaveIncreasing(of: Curvature): Curvature {
  return of === "affine" || of === "concave" ? "concave" : "unknown";
}

function curvatureOfCall({ call }: Call, variable: Symbol, inner: Inner): Curvature {
  if (call.kind !== "library") return "unknown";
  const { name, arguments: given } = call;
  const [first, second] = given;
  if (first === undefined) return "unknown";
  if (name === "max" || name === "min") {
    const worst = given
      .map(inner)
      .map(name === "max" ? constantOr(convexIncreasing) : constantOr(concaveIncreasing));
    return worst.reduce(sumOf);
  }
  if (name === "dot" && second !== undefined) {
    if (!reads(first, variable)) return multiple(inner(second), signOf(first));
    return reads(second, variable) ? "unknown" : multiple(inner(first), signOf(second));
  }
  if (given.slice(1).some((argument) => reads(argument, variable))) return "unknown";
  if (name === "sum" && inner(first) === "affine") return "affine";
  if (Object.hasOwn(FUNCTIONS, name) || name === "tv")
    return inner(first) === "affine" ? "convex" : "unknown";
  if (name === "log" && isLogSumExp(first, variable, inner)) return "convex";
  if (!isReal(first) && name !== "abs") return "unknown";
  return ENTRYWISE[name]?.(inner(first)) ?? "unknown";
}

/** What has an order: of complex numbers only moduli are convex. */
function isReal({ note: { type } }: Expression<Typed>): boolean {
  if (type.kind !== "value" || type.space.kind === "product") return false;
  return type.space.kind === "named" ? type.space.field === "real" : type.space.element !== "complex";
}

function constantOr(rule: (of: Curvature) => Curvature): (of: Curvature) => Curvature {
  return (of) => (of === "constant" ? of : rule(of));
}

/** c + sum of exp(a), with c and the weights not negative and the a convex: its logarithm is convex. */
function isLogSumExp(of: Expression<Typed>, variable: Symbol, inner: Inner): boolean {
  if (!reads(of, variable)) return signOf(of) === 1;
  switch (of.kind) {
    case "sum":
      return (
        (of.operator === "+" || of.operator === ".+") &&
        isLogSumExp(of.left, variable, inner) &&
        isLogSumExp(of.right, variable, inner)
      );
    case "product": {
      if (of.product !== "multiply") return false;
      const [constant, moving] = reads(of.left, variable) ? [of.right, of.left] : [of.left, of.right];
      return !reads(constant, variable) && signOf(constant) === 1 && isLogSumExp(moving, variable, inner);
    }
    case "call": {
      if (of.call.kind !== "library") return false;
      const [first] = of.call.arguments;
      if (first === undefined) return false;
      if (of.call.name === "sum") return isLogSumExp(first, variable, inner);
      return of.call.name === "exp" && convexIncreasing(inner(first)) === "convex";
    }
    default:
      return false;
  }
}

/** A function of an affine argument has its own curvature. */
function curvatureOfInlined(
  { callee, arguments: given }: Extract<Call["call"], { kind: "function" }>,
  variable: Symbol,
  setting: CurvatureSetting,
): Curvature {
  const position = given.findIndex((argument) => reads(argument, variable));
  const moving = given[position];
  if (moving === undefined || given.some((each, at) => at !== position && reads(each, variable)))
    return "unknown";
  if (curvature(moving, variable, setting) !== "affine") return "unknown";
  const symbol =
    callee.kind === "name" && callee.reference.kind === "symbol" ? callee.reference.symbol : null;
  const fun = symbol === null ? undefined : setting.definitions.get(symbol);
  if (fun?.kind !== "fun")
    return given.length === 1 && setting.isConvexFunction(callee) ? "convex" : "unknown";
  const parameter = fun.arguments[position];
  if (parameter === undefined || fun.body.kind === "block") return "unknown";
  return curvature(fun.body, symbolOf(parameter.declaration), setting);
}
