import type { Expression } from "../ast/tree.ts";
import type { Span } from "../source/span.ts";
import type { Variable } from "../ir/block.ts";
import { constant, name as sizeName } from "../types/dimension.ts";
import type { Dimension } from "../types/dimension.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { callFunction } from "./functions/functions.ts";
import { lowerCall } from "./calls.ts";
import { lowerIndices } from "./indices.ts";
import { Limitation } from "./limitation.ts";
import { lower, lowerOperator, lowerValue } from "./recursion.ts";
import type { Lowered, OperatorForm } from "./lowered.ts";
import {
  adjointForm,
  applyForm,
  composeForms,
  rowsForm,
  scaleForm,
  sumForms,
} from "./operators/operators.ts";
import type { Site } from "./site.ts";
import { within } from "./site.ts";
import { applyLayers, isLayers } from "./networks/netExpression.ts";
import { asVariable, embedded, isFunctionType, spaceOfVariable, truth, value, zeroOf } from "./values.ts";
import { Scope } from "./scope.ts";
import { libraryName } from "./libraryNames.ts";

/** What an expression means at this place. */
export function lowerExpression(site: Site, expression: Expression<Typed>): Lowered {
  const { builder } = site;
  switch (expression.kind) {
    case "number":
      return expression.value === 0 && expression.note.type.kind === "zero"
        ? { kind: "zero" }
        : value(builder.constant(expression.value));
    case "infinity":
      return value(builder.constant(Infinity));
    case "truth":
      return value(truth(builder, expression.value));
    case "name":
      return lowerName(site, expression);
    case "old":
      return lowerOld(site, expression);
    case "tuple":
      return { kind: "tuple", parts: expression.entries.map((entry) => lower(site, entry)) };
    case "negate":
      return lowerNegation(site, expression);
    case "not":
      return value(builder.elementwise("not", [lowerValue(site, expression.operand)]));
    case "sum":
      return lowerSum(site, expression);
    case "product":
      return lowerProduct(site, expression);
    case "power":
      return value(lowerPower(site, expression));
    case "comparison":
      return value(lowerComparison(site, expression));
    case "logical":
      return value(
        builder.elementwise(expression.operator, [
          lowerValue(site, expression.left),
          lowerValue(site, expression.right),
        ]),
      );
    case "conditional":
      return lowerConditional(site, expression);
    case "adjoint":
      return { kind: "operator", operator: adjointForm(lowerOperator(site, expression.operand)) };
    case "call":
      return lowerCall(site, expression);
    case "gradient":
      return { kind: "function", of: { kind: "expression", expression, scope: site.scope } };
    case "pipe":
      return lowerPipe(site, expression);
    case "index":
      return lowerIndex(site, expression);
    case "string":
      throw new Limitation("files inside a program", expression.span);
  }
}

/** `A[i]`, `y[J]`, `y[J, i]`: an index takes the first axis that those before it have left, a set leaves one. */
function lowerIndex(site: Site, expression: Extract<Expression<Typed>, { kind: "index" }>): Lowered {
  const { builder } = site;
  const places = lowerIndices(site, expression.indices);
  const operand = lower(site, expression.operand);
  if (operand.kind === "operator") {
    const operator = places.reduce<OperatorForm>(
      (form, { indices, axis }) => rowsForm(builder, form, indices, axis),
      operand.operator,
    );
    return { kind: "operator", operator };
  }
  const whole = asVariable(builder, operand, null, expression.span);
  return value(places.reduce((part, { indices, axis }) => builder.rows(part, indices, axis), whole));
}

function lowerName(site: Site, expression: Extract<Expression<Typed>, { kind: "name" }>): Lowered {
  const reference = expression.reference;
  if (reference.kind === "library") return libraryName(site, reference.name, expression);
  if (reference.kind !== "symbol") throw new Limitation(`the name \`${expression.name}\``, expression.span);
  return lookup(site, reference.symbol, expression);
}

function lookup(site: Site, symbol: Symbol, expression: Expression<Typed>): Lowered {
  const found = site.scope.lookup(symbol);
  if (found !== null) return found;
  const { origin } = symbol;
  if (origin.kind === "size") return value(site.builder.size(origin.stands ?? sizeOf(site, symbol.name)));
  if (site.program.networks.has(symbol)) return { kind: "function", of: { kind: "network", symbol } };
  const definition = site.program.definitions.get(symbol);
  if (definition?.kind === "fun") {
    return { kind: "function", of: { kind: "expression", expression, scope: site.scope } };
  }
  if (definition?.kind === "let") {
    return isFunctionType(symbol.typing.type)
      ? { kind: "function", of: { kind: "expression", expression, scope: site.scope } }
      : lower(site, definition.initial);
  }
  throw new Limitation(`\`${symbol.name}\` at this place`, expression.span);
}

function lowerOld(site: Site, expression: Extract<Expression<Typed>, { kind: "old" }>): Lowered {
  const reference = expression.reference;
  const found = reference.kind === "symbol" ? site.program.old.get(reference.symbol) : undefined;
  if (found === undefined)
    throw new Limitation(`\`old ${expression.name.name}\` at this place`, expression.span);
  return found;
}

function lowerNegation(site: Site, expression: Extract<Expression<Typed>, { kind: "negate" }>): Lowered {
  if (isFunctionType(expression.note.type)) {
    return { kind: "function", of: { kind: "expression", expression, scope: site.scope } };
  }
  const operand = lower(site, expression.operand);
  if (operand.kind === "zero") return operand;
  if (operand.kind === "operator") {
    return { kind: "operator", operator: scaleForm(site.builder.constant(-1), operand.operator) };
  }
  if (operand.kind === "tuple") {
    const parts = operand.parts.map((part) => asVariable(site.builder, part, null, expression.span));
    return { kind: "tuple", parts: parts.map((part) => value(site.builder.elementwise("neg", [part]))) };
  }
  return value(site.builder.elementwise("neg", [asVariable(site.builder, operand, null, expression.span)]));
}

function lowerSum(site: Site, expression: Extract<Expression<Typed>, { kind: "sum" }>): Lowered {
  if (isFunctionType(expression.note.type)) {
    return { kind: "function", of: { kind: "expression", expression, scope: site.scope } };
  }
  const minus = expression.operator === "-" || expression.operator === ".-";
  const left = lower(site, expression.left);
  const right = lower(site, expression.right);
  return addLowered(site, left, right, minus, expression);
}

function addLowered(
  site: Site,
  left: Lowered,
  right: Lowered,
  minus: boolean,
  expression: Expression<Typed>,
): Lowered {
  const { builder } = site;
  if (right.kind === "zero") return left;
  if (left.kind === "operator" && right.kind === "operator") {
    return { kind: "operator", operator: sumForms(left.operator, right.operator, minus ? -1 : 1) };
  }
  if (left.kind === "zero") {
    if (right.kind === "operator" && minus) {
      return { kind: "operator", operator: scaleForm(builder.constant(-1), right.operator) };
    }
    return minus
      ? value(builder.elementwise("neg", [asVariable(builder, right, null, expression.span)]))
      : right;
  }
  if (left.kind === "tuple" && right.kind === "tuple") {
    return {
      kind: "tuple",
      parts: left.parts.map((part, index) =>
        addLowered(site, part, right.parts[index] ?? { kind: "zero" }, minus, expression),
      ),
    };
  }
  const operands = [
    asVariable(builder, left, null, expression.span),
    asVariable(builder, right, null, expression.span),
  ];
  return value(builder.elementwise(minus ? "sub" : "add", operands));
}

function lowerProduct(site: Site, expression: Extract<Expression<Typed>, { kind: "product" }>): Lowered {
  const { builder } = site;
  switch (expression.product) {
    case "multiply":
    case "divide":
      return lowerMultiplication(site, expression);
    case "scaleFunction":
      return { kind: "function", of: { kind: "expression", expression, scope: site.scope } };
    case "scaleOperator": {
      if (expression.operator === "/") {
        const by = builder.elementwise("reciprocal", [lowerValue(site, expression.right)]);
        return { kind: "operator", operator: scaleForm(by, lowerOperator(site, expression.left)) };
      }
      const by = lowerValue(site, expression.left);
      return { kind: "operator", operator: scaleForm(by, lowerOperator(site, expression.right)) };
    }
    case "apply": {
      const operator = lowerOperator(site, expression.left);
      const x = lower(site, expression.right);
      if (x.kind === "zero") return value(zeroOf(builder, operator.codomain));
      const point = asVariable(builder, x, operator.domain, expression.right.span);
      return value(applyForm(builder, operator, embedded(builder, point, operator.domain)));
    }
    case "compose": {
      const left = lowerOperator(site, expression.left);
      return { kind: "operator", operator: composeForms(left, lowerOperator(site, expression.right)) };
    }
    case "unknown":
      throw new Limitation("this product", expression.span);
  }
}

function lowerMultiplication(
  site: Site,
  expression: Extract<Expression<Typed>, { kind: "product" }>,
): Lowered {
  const { builder } = site;
  const left = lower(site, expression.left);
  const right = lower(site, expression.right);
  const name = expression.product === "divide" ? "div" : "mul";
  if (left.kind === "zero" && name === "mul") return zeroLike(site, right, expression.right.span);
  if (right.kind === "zero" && name === "mul") return zeroLike(site, left, expression.left.span);
  return value(
    builder.elementwise(name, [
      asVariable(builder, left, null, expression.left.span),
      asVariable(builder, right, null, expression.right.span),
    ]),
  );
}

/** The zero of the space of a factor; a literal 0 has none yet. */
function zeroLike({ builder }: Site, factor: Lowered, span: Span): Lowered {
  if (factor.kind === "zero") return factor;
  return value(zeroOf(builder, spaceOfVariable(asVariable(builder, factor, null, span))));
}

function lowerPower(site: Site, expression: Extract<Expression<Typed>, { kind: "power" }>): Variable {
  const base = lowerValue(site, expression.base);
  if (expression.exponent.kind === "number" && expression.exponent.value === 2) {
    return site.builder.elementwise("square", [base]);
  }
  return site.builder.elementwise("pow", [base, lowerValue(site, expression.exponent)]);
}

function lowerComparison(
  site: Site,
  expression: Extract<Expression<Typed>, { kind: "comparison" }>,
): Variable {
  const { builder } = site;
  const left = lowerValue(site, expression.left);
  const right = lowerValue(site, expression.right);
  switch (expression.operator) {
    case "<":
    case ".<":
      return builder.elementwise("less", [left, right]);
    case "<=":
    case ".<=":
      return builder.elementwise("lessEqual", [left, right]);
    case ">":
    case ".>":
      return builder.elementwise("less", [right, left]);
    case ">=":
    case ".>=":
      return builder.elementwise("lessEqual", [right, left]);
    case "==":
      return builder.elementwise("equal", [left, right]);
    case "!=":
      return builder.elementwise("not", [builder.elementwise("equal", [left, right])]);
  }
}

function lowerConditional(
  site: Site,
  expression: Extract<Expression<Typed>, { kind: "conditional" }>,
): Lowered {
  const space = expression.note.type.kind === "value" ? expression.note.type.space : null;
  const side = (of: Expression<Typed>) => (builder: Site["builder"]) => [
    lowerValue(within(site, builder, new Scope(site.scope)), of, space),
  ];
  const [result] = site.builder.branch(
    lowerValue(site, expression.condition),
    side(expression.consequent),
    side(expression.alternative),
  );
  if (result === undefined) throw new Limitation("this choice", expression.span);
  return value(result);
}

/** The dimension that a size of the header stands for; inside a network, in terms of the program's sizes. */
function sizeOf(site: Site, size: string): Dimension {
  return site.program.layers?.sizes.get(size) ?? sizeName(size);
}

/** `u |> f`, where f is a layer of the network around, a function or a map. */
function lowerPipe(site: Site, expression: Extract<Expression<Typed>, { kind: "pipe" }>): Lowered {
  if (isLayers(expression.into)) {
    return value(applyLayers(site, expression.into, lowerValue(site, expression.value), constant(1)));
  }
  return value(callFunction(site, expression.into, [lower(site, expression.value)], expression.span));
}
