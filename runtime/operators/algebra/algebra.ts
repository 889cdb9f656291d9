import type { Operations } from "../../arrays/operations.ts";
import { arrayValue, sameSpace } from "../../arrays/layout.ts";
import { takeRows } from "../../arrays/rows.ts";
import type { ArrayValue, Space, Value } from "../../arrays/value.ts";
import { factorText, operandText } from "./algebraText.ts";
import { OperatorError } from "../operatorError.ts";
import { largestBound, productBound, scaledBound, stackBound, sumBound } from "../bounds.ts";
import { defineOperator } from "../define.ts";
import { isDiagonal, type DiagonalOperator } from "../matrices/diagonal.ts";
import type { Operator, OperatorProperty, RowAccess } from "../operator.ts";
import { spaceText } from "../spaces.ts";
import { isIsometry, productForm, scaledForm, stackedForm } from "./spectral.ts";

interface AdjointOperator extends Operator {
  readonly adjointOf: Operator;
}

interface ComposedOperator extends Operator {
  readonly factors: readonly [Operator, Operator];
}

/** A': U -> T of A: T -> U. The adjoint of an adjoint is the operator itself. Norm that of A. */
export function adjoint(operator: Operator): Operator {
  if (isAdjoint(operator)) return operator.adjointOf;
  const kept: ReadonlySet<OperatorProperty> = new Set([
    "nonnegative",
    "orthonormal",
    "symmetric",
    "positive",
  ]);
  const turned = defineOperator({
    text: `${operandText(operator.text)}'`,
    domain: operator.codomain,
    codomain: operator.domain,
    handles: operator.handles,
    norm: () => operator.norm,
    properties: () => [
      ...[...operator.properties].filter((property) => kept.has(property)),
      ...(operator.properties.has("orthonormal") ? (["unit_columns"] as const) : []),
    ],
    spectral: (operations) => {
      const form = operator.spectral(operations);
      return form?.own === true || isIsometry(operator) ? form : null;
    },
    apply: (operations, y) => operator.adjoint(operations, y),
    adjoint: (operations, x) => operator.apply(operations, x),
  });
  return Object.defineProperty(turned, "adjointOf", { value: operator, enumerable: true });
}

function isAdjoint(operator: Operator): operator is AdjointOperator {
  return "adjointOf" in operator;
}

function isComposed(operator: Operator): operator is ComposedOperator {
  return "factors" in operator;
}

/**
 * A B: T -> V of A: U -> V and B: T -> U. Norm at most |A| |B|, so that orthonormal factors cost nothing. A product
 * that reads the same from both sides, B'B or B'P B with a positive P, is symmetric and positive.
 * @throws OperatorError IPX8206
 */
export function compose(left: Operator, right: Operator): Operator {
  if (!sameSpace(left.domain, right.codomain)) {
    throw new OperatorError("IPX8206", {
      what: `\`${left.text}\` cannot be applied to the result of \`${right.text}\`.`,
      why: `The one acts on ${spaceText(left.domain)}, the other gives ${spaceText(right.codomain)}.`,
    });
  }
  const composed = defineOperator({
    text: `${factorText(left.text)}*${factorText(right.text)}`,
    domain: right.domain,
    codomain: left.codomain,
    handles: [...left.handles, ...right.handles],
    norm: () => productBound(left.norm, right.norm),
    properties: () => propertiesOfProduct(left, right),
    gram: (operations) => gramOfProduct(operations, left, right),
    spectral: (operations) => productForm(operations, left, right),
    apply: (operations, x) => left.apply(operations, right.apply(operations, x)),
    adjoint: (operations, y) => right.adjoint(operations, left.adjoint(operations, y)),
    ...rowsOfProduct(left, right),
  });
  return Object.defineProperty(composed, "factors", { value: [left, right], enumerable: true });
}

/**
 * The rows of a product are those of its left factor, after the right one; those of a diagonal times an operator are its
 * entries times the rows of that.
 */
function rowsOfProduct(left: Operator, right: Operator): { readonly rows?: RowAccess } {
  const { rows } = left;
  if (isDiagonal(left) && right.rows !== undefined) return { rows: scaledRows(left, right.rows) };
  if (rows === undefined) return {};
  return {
    rows: {
      apply: (operations, indices, x) => rows.apply(operations, indices, right.apply(operations, x)),
      adjoint: (operations, indices, y) => right.adjoint(operations, rows.adjoint(operations, indices, y)),
    },
  };
}

/** The rows of an operator, each times entries of a diagonal. */
function scaledRows({ diagonal, codomain }: DiagonalOperator, rows: RowAccess): RowAccess {
  const rank = codomain.kind === "array" ? codomain.shape.length : 0;
  const entries = ({ engine }: Operations, indices: ArrayValue): ArrayValue => {
    const chosen = takeRows(engine, diagonal, indices);
    const missing = Array.from({ length: rank - diagonal.shape.length }, () => 1);
    return arrayValue(engine, chosen.handle, chosen.batch, [...chosen.shape, ...missing], chosen.field);
  };
  return {
    apply: (operations, indices, x) =>
      operations.map("d*y", { d: entries(operations, indices), y: rows.apply(operations, indices, x) }),
    adjoint: (operations, indices, y) =>
      rows.adjoint(
        operations,
        indices,
        operations.map(diagonal.field === "complex" ? "conj(d)*y" : "d*y", {
          d: entries(operations, indices),
          y,
        }),
      ),
  };
}

/** B' (A'A) B where A'A has a form of its own; B'B where that is the identity, the one A'A that is orthonormal. */
function gramOfProduct(operations: Operations, left: Operator, right: Operator): Operator | null {
  const inner = left.gram(operations);
  if (inner === null) return null;
  if (inner.properties.has("orthonormal")) return gram(operations, right);
  return compose(adjoint(right), compose(inner, right));
}

/**
 * A'A: T -> T of A: T -> U, in the form that costs least: a matrix where A is one that is far higher than wide,
 * a diagonal for diagonals, one product of the frequencies for large periodic blurs, the identity for what is
 * orthonormal; otherwise A and then A'. Symmetric and positive, of norm |A|².
 */
export function gram(operations: Operations, operator: Operator): Operator {
  return operator.gram(operations) ?? compose(adjoint(operator), operator);
}

function propertiesOfProduct(left: Operator, right: Operator): readonly OperatorProperty[] {
  const both = (property: OperatorProperty): boolean =>
    left.properties.has(property) && right.properties.has(property);
  const isometric = left.properties.has("orthonormal") && right.properties.has("unit_columns");
  return [
    ...(both("orthonormal") ? (["orthonormal"] as const) : []),
    ...(both("nonnegative") ? (["nonnegative"] as const) : []),
    ...(isometric ? (["unit_columns"] as const) : []),
    ...(isPalindrome(factorsOf(left).concat(factorsOf(right))) ? (["symmetric", "positive"] as const) : []),
  ];
}

/** The factors of a product, outermost first; the adjoint of a product is that of its factors in turn. */
function factorsOf(operator: Operator): readonly Operator[] {
  if (isComposed(operator)) return operator.factors.flatMap(factorsOf);
  if (isAdjoint(operator) && isComposed(operator.adjointOf)) {
    return factorsOf(operator.adjointOf).map(adjoint).reverse();
  }
  return [operator];
}

/** Whether factors are F1' F2' ... P ... F2 F1, with a positive P or none in the middle. */
function isPalindrome(factors: readonly Operator[]): boolean {
  const half = Math.floor(factors.length / 2);
  const middle = factors.length % 2 === 1 ? factors[half] : undefined;
  if (middle !== undefined && !middle.properties.has("positive")) return false;
  return factors.slice(0, half).every((factor, index) => {
    const mirrored = factors[factors.length - 1 - index];
    return mirrored !== undefined && areAdjoint(factor, mirrored);
  });
}

function areAdjoint(left: Operator, right: Operator): boolean {
  if (isAdjoint(left) && left.adjointOf === right) return true;
  if (isAdjoint(right) && right.adjointOf === left) return true;
  return left === right && left.properties.has("symmetric");
}

/** An operator times a number, with both. */
export interface ScaledOperator extends Operator {
  readonly factor: number;
  readonly scaled: Operator;
}

/** Whether an operator is another one times a number. */
export function isScaled(operator: Operator): operator is ScaledOperator {
  return "scaled" in operator;
}

/** c A, c a real number. Norm |c| |A|. */
export function scale(factor: number, operator: Operator): ScaledOperator {
  const times = (operations: Operations, x: Value): Value => operations.map(`(${factor})*x`, { x });
  const multiple = defineOperator({
    text: `${factor}*${factorText(operator.text)}`,
    domain: operator.domain,
    codomain: operator.codomain,
    handles: operator.handles,
    norm: () => scaledBound(factor, operator.norm),
    properties: () => [...operator.properties].filter((property) => KEPT_BY_FACTOR[property](factor)),
    gram: (operations) => {
      const inner = operator.gram(operations);
      return inner === null ? null : scale(factor ** 2, inner);
    },
    spectral: (operations) => {
      const form = operator.spectral(operations);
      return form && scaledForm(operations, factor, form);
    },
    apply: (operations, x) => times(operations, operator.apply(operations, x)),
    adjoint: (operations, y) => operator.adjoint(operations, times(operations, y)),
  });
  return Object.defineProperties(multiple, {
    factor: { value: factor, enumerable: true },
    scaled: { value: operator, enumerable: true },
  }) as ScaledOperator;
}

const KEPT_BY_FACTOR: { readonly [P in OperatorProperty]: (factor: number) => boolean } = {
  nonnegative: (factor) => factor >= 0,
  positive: (factor) => factor >= 0,
  symmetric: () => true,
  orthonormal: (factor) => Math.abs(factor) === 1,
  unit_columns: (factor) => Math.abs(factor) === 1,
};

/**
 * A + B + ...: T -> U. Norm at most the sum of norms.
 * @throws OperatorError IPX8206
 */
export function sum(first: Operator, ...rest: readonly Operator[]): Operator {
  const terms = [first, ...rest];
  for (const term of rest) {
    requireSame("added", first, term, first.domain, term.domain);
    requireSame("added", first, term, first.codomain, term.codomain);
  }
  return defineOperator({
    text: terms.map(({ text }) => text).join(" + "),
    domain: first.domain,
    codomain: first.codomain,
    handles: terms.flatMap(({ handles }) => handles),
    norm: () => sumBound(terms.map(({ norm }) => norm)),
    properties: () => sharedProperties(terms, ["nonnegative", "symmetric", "positive"]),
    apply: (operations, x) =>
      total(
        operations,
        terms.map((term) => term.apply(operations, x)),
      ),
    adjoint: (operations, y) =>
      total(
        operations,
        terms.map((term) => term.adjoint(operations, y)),
      ),
  });
}

/**
 * (A, B, ...): T -> (U, V, ...), x to (A x, B x, ...). Norm at most the root of the sum of squares.
 * @throws OperatorError IPX8206
 */
export function vstack(first: Operator, ...rest: readonly Operator[]): Operator {
  const rows = [first, ...rest];
  for (const row of rest) requireSame("stacked", first, row, first.domain, row.domain);
  return defineOperator({
    text: `vstack(${rows.map(({ text }) => text).join(", ")})`,
    domain: first.domain,
    codomain: { kind: "product", parts: rows.map(({ codomain }) => codomain) },
    handles: rows.flatMap(({ handles }) => handles),
    norm: () => stackBound(rows.map(({ norm }) => norm)),
    properties: () => sharedProperties(rows, ["nonnegative"]),
    spectral: (operations) =>
      stackedForm(
        operations,
        rows.map((row) => row.spectral(operations)),
      ),
    apply: (operations, x) => operations.product(rows.map((row) => row.apply(operations, x))),
    adjoint: (operations, y) =>
      total(
        operations,
        rows.map((row, index) => row.adjoint(operations, operations.part(y, index))),
      ),
  });
}

/**
 * (T, U, ...) -> V, (x, z, ...) to A x + B z + .... Norm at most the root of the sum of squares.
 * @throws OperatorError IPX8206
 */
export function hstack(first: Operator, ...rest: readonly Operator[]): Operator {
  const columns = [first, ...rest];
  for (const column of rest) requireSame("stacked", first, column, first.codomain, column.codomain);
  return defineOperator({
    text: `hstack(${columns.map(({ text }) => text).join(", ")})`,
    domain: { kind: "product", parts: columns.map(({ domain }) => domain) },
    codomain: first.codomain,
    handles: columns.flatMap(({ handles }) => handles),
    norm: () => stackBound(columns.map(({ norm }) => norm)),
    properties: () => sharedProperties(columns, ["nonnegative", "unit_columns"]),
    apply: (operations, x) =>
      total(
        operations,
        columns.map((column, index) => column.apply(operations, operations.part(x, index))),
      ),
    adjoint: (operations, y) => operations.product(columns.map((column) => column.adjoint(operations, y))),
  });
}

/**
 * (T, U, ...) -> (V, W, ...), (x, z, ...) to (A x, B z, ...). The norm is the largest of the norms.
 */
export function blockdiag(...blocks: readonly Operator[]): Operator {
  const each = (
    operations: Operations,
    value: Value,
    apply: (block: Operator, part: Value) => Value,
  ): Value => operations.product(blocks.map((block, index) => apply(block, operations.part(value, index))));
  return defineOperator({
    text: `blockdiag(${blocks.map(({ text }) => text).join(", ")})`,
    domain: { kind: "product", parts: blocks.map(({ domain }) => domain) },
    codomain: { kind: "product", parts: blocks.map(({ codomain }) => codomain) },
    handles: blocks.flatMap(({ handles }) => handles),
    norm: () => largestBound(blocks.map(({ norm }) => norm)),
    properties: () =>
      sharedProperties(blocks, ["nonnegative", "orthonormal", "symmetric", "positive", "unit_columns"]),
    apply: (operations, x) => each(operations, x, (block, part) => block.apply(operations, part)),
    adjoint: (operations, y) => each(operations, y, (block, part) => block.adjoint(operations, part)),
  });
}

/** The sum of values of one space. */
function total(operations: Operations, values: readonly Value[]): Value {
  return values.reduce((a, b) => operations.map("a + b", { a, b }));
}

function sharedProperties(
  operators: readonly Operator[],
  properties: readonly OperatorProperty[],
): readonly OperatorProperty[] {
  return properties.filter((property) => operators.every((operator) => operator.properties.has(property)));
}

function requireSame(verb: string, first: Operator, other: Operator, left: Space, right: Space): void {
  if (sameSpace(left, right)) return;
  throw new OperatorError("IPX8206", {
    what: `\`${first.text}\` and \`${other.text}\` cannot be ${verb}.`,
    why: `The spaces ${spaceText(left)} and ${spaceText(right)} differ.`,
  });
}
