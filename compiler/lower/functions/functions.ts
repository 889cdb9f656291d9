import type { Expression, Fun } from "../../ast/tree.ts";
import { gradient } from "../../differentiate/gradient.ts";
import { derivativeAt } from "../../differentiate/notDifferentiable.ts";
import { parameter } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { biconjugateOf, symbolOf } from "../../library/calculus/analyse.ts";
import type { Span } from "../../source/span.ts";
import type { CallMeaning, Typed } from "../../types/typing.ts";
import { isFunctionName } from "../../library/functions/entry.ts";
import { evaluateLibraryFunction } from "./libraryFunctions.ts";
import { lower, lowerValue } from "../recursion.ts";
import { onEachSlice } from "../each.ts";
import { ENTRYWISE } from "../entrywise.ts";
import { CAPPED } from "../effects.ts";
import { Limitation } from "../limitation.ts";
import type { FunctionValue, Lowered, OperatorForm } from "../lowered.ts";
import { callNetwork } from "../networks/networks.ts";
import { applyForm } from "../operators/operators.ts";
import { projectOnto, proxOf } from "./prox.ts";
import { Scope } from "../scope.ts";
import type { Site } from "../site.ts";
import { within } from "../site.ts";
import { runBody } from "../statements.ts";
import { asVariable, embedded, spaceOfVariable, value } from "../values.ts";

/** The value of a function, map or network that `callee` denotes, at the given arguments. */
export function callFunction(
  site: Site,
  callee: Expression<Typed>,
  point: readonly Lowered[],
  span: Span,
): Variable {
  const lowered = lower(site, callee);
  if (lowered.kind === "operator") return applyForm(site.builder, lowered.operator, only(site, point, span));
  if (lowered.kind !== "function") throw new Limitation("a call of this", span);
  return callValue(site, lowered.of, point, span);
}

/** The same for a function value that is at hand. */
export function callValue(site: Site, of: FunctionValue, point: readonly Lowered[], span: Span): Variable {
  switch (of.kind) {
    case "expression": {
      const scope = new Scope(of.scope);
      const result = callExpression(within(site, site.builder, scope), of.expression, point, span);
      takeCaps(site, scope, of.scope);
      return result;
    }
    case "library":
      return evaluateLibraryFunction(site, of.name, of.settings, only(site, point, span), [], span);
    case "gradient":
      return gradientAt(site, of.of, point, span);
    case "network":
      return callNetwork(site, of.symbol, point, span);
    case "given":
      return applyGiven(site, of.map, point, span);
    case "operator":
      return applyForm(site.builder, of.operator, only(site, point, span));
  }
}

/** What loops that ended at their cap have left in a scope below `outer` counts where the call stands. */
function takeCaps(site: Site, scope: Scope, outer: Scope): void {
  const hit = cappedIn(scope);
  if (hit === null) return;
  const before = site.scope.lookup(CAPPED);
  const isIn = before === null || before === outer.lookup(CAPPED);
  site.scope.define(CAPPED, isIn ? value(hit) : value(site.builder.elementwise("or", [asCap(before), hit])));
}

/** Whether a loop in a scope has ended at its cap; null where there is none. */
function cappedIn(scope: Scope): Variable | null {
  const capped = scope.own.includes(CAPPED) ? scope.lookup(CAPPED) : null;
  return capped === null ? null : asCap(capped);
}

function asCap(lowered: Lowered): Variable {
  if (lowered.kind !== "value") throw new Error("whether a loop was capped is a value");
  return lowered.variable;
}

function applyGiven(site: Site, map: Variable, [point]: readonly Lowered[], span: Span): Variable {
  if (map.type.kind !== "map" || point === undefined) throw new Limitation("this call of a map", span);
  const { domain } = map.type;
  return site.builder.applyMap(
    map,
    embedded(site.builder, asVariable(site.builder, point, domain, span), domain),
  );
}

function callExpression(
  site: Site,
  expression: Expression<Typed>,
  point: readonly Lowered[],
  span: Span,
): Variable {
  const { builder } = site;
  switch (expression.kind) {
    case "name":
      return callName(site, expression, point, span);
    case "gradient": {
      const of: FunctionValue = { kind: "expression", expression: expression.of, scope: site.scope };
      const result = gradientAt(site, of, point, span);
      return expression.of.kind === "name" ? builder.named(result, `grad_${expression.of.name}`) : result;
    }
    case "negate":
      return builder.elementwise("neg", [callFunction(site, expression.operand, point, span)]);
    case "sum": {
      const left = callFunction(site, expression.left, point, span);
      const right = callFunction(site, expression.right, point, span);
      return builder.elementwise(expression.operator === "-" ? "sub" : "add", [left, right]);
    }
    case "product": {
      if (expression.operator === "/") {
        const result = callFunction(site, expression.left, point, span);
        return builder.elementwise("div", [result, lowerValue(site, expression.right)]);
      }
      const by = lowerValue(site, expression.left);
      return builder.elementwise("mul", [by, callFunction(site, expression.right, point, span)]);
    }
    case "call":
      return callMaker(site, expression, point, span);
    default:
      throw new Limitation("a call of this", span);
  }
}

function callName(
  site: Site,
  expression: Extract<Expression<Typed>, { kind: "name" }>,
  point: readonly Lowered[],
  span: Span,
): Variable {
  const reference = expression.reference;
  if (reference.kind === "library") {
    if (isFunctionName(reference.name)) {
      return evaluateLibraryFunction(site, reference.name, {}, only(site, point, span), [], span);
    }
    const entrywise = ENTRYWISE[reference.name];
    if (entrywise !== undefined) {
      return site.builder.elementwise(
        entrywise,
        point.map((lowered) => asVariable(site.builder, lowered, null, span)),
      );
    }
    throw new Limitation(`\`${expression.name}\` as a function`, span);
  }
  if (reference.kind !== "symbol") throw new Limitation(`\`${expression.name}\``, span);
  const bound = site.scope.lookup(reference.symbol);
  if (bound?.kind === "function") return callValue(site, bound.of, point, span);
  if (site.program.networks.has(reference.symbol)) return callNetwork(site, reference.symbol, point, span);
  const definition = site.program.definitions.get(reference.symbol);
  if (definition?.kind === "fun") return calledByName(site, definition, point, span);
  if (definition?.kind === "let") return callFunction(site, definition.initial, point, span);
  throw new Limitation(`a call of \`${expression.name}\``, span);
}

/** The value of a `fun` under its name, if it is computed here. */
function calledByName(site: Site, fun: Fun<Typed>, point: readonly Lowered[], span: Span): Variable {
  const before = site.builder.equations.length;
  const result = callFun(site, fun, point, span);
  return site.builder.equations.length === before ? result : site.builder.named(result, fun.name.name);
}

/** Inlines a `fun`: its arguments stand for the point's values. */
function callFun(site: Site, fun: Fun<Typed>, point: readonly Lowered[], span: Span): Variable {
  const scope = new Scope(site.scope);
  fun.arguments.forEach((argument, index) => {
    const lowered = point[index];
    if (lowered === undefined) throw new Limitation("a call with too few arguments", span);
    scope.define(symbolOf(argument.declaration), lowered);
  });
  const result = runFun(within(site, site.builder, scope), fun);
  takeCaps(site, scope, site.scope);
  return result;
}

/** The body of a `fun` whose arguments are defined in the site's scope. */
function runFun(site: Site, fun: Fun<Typed>): Variable {
  if (fun.body.kind !== "block") return lowerValue(site, fun.body);
  const result = runBody(site, fun.body);
  return asVariable(site.builder, result, null, fun.body.span);
}

function callMaker(
  site: Site,
  expression: Extract<Expression<Typed>, { kind: "call" }>,
  point: readonly Lowered[],
  span: Span,
): Variable {
  const call = expression.call;
  if (call.kind === "prox") return proxOf(site, call, only(site, point, span), span);
  if (call.kind === "projection") return projectOnto(site, call.set, only(site, point, span), span);
  const [of] = call.kind === "library" && call.name === "conjugate" ? call.arguments : [];
  const twice = of === undefined ? null : biconjugateOf(of, site.program.definitions);
  if (twice !== null) return callFunction(site, twice, point, span);
  if (call.kind === "library" && isFunctionName(call.name)) {
    return evaluateLibraryFunction(
      site,
      call.name,
      call.settings,
      only(site, point, span),
      call.arguments,
      span,
    );
  }
  if (call.kind === "library" && call.name === "each") {
    const [of] = call.arguments;
    if (of !== undefined) return callOnEach(site, of, point, span);
  }
  throw new Limitation("a call of this", span);
}

/** `each(f)` at its point. */
function callOnEach(site: Site, of: Expression<Typed>, point: readonly Lowered[], span: Span): Variable {
  const points = point.map((lowered) => asVariable(site.builder, lowered, null, span));
  const place = { span, sampled: site.program.sampled };
  return onEachSlice(site.builder, points, place, (inner, slices) => {
    const [sampled = null] = slices;
    const here = within(site, inner, new Scope(site.scope));
    return callFunction({ ...here, program: { ...here.program, sampled } }, of, slices.map(value), span);
  });
}

/** `derivative(F)(x)` as an operator. */
export function derivativeForm(
  site: Site,
  call: Extract<CallMeaning, { kind: "derivative" }>,
  expression: Expression<Typed>,
): OperatorForm {
  const { type } = expression.note;
  if (type.kind !== "operator") throw new Limitation("this derivative", expression.span);
  const spaces = type.domain.kind === "product" && call.point.length > 1 ? type.domain.parts : [type.domain];
  const points = call.point.map((point, index) => lowerValue(site, point, spaces[index]));
  const of = site.builder.block(
    points.map((point) => parameter(point.name, spaceOfVariable(point), point.shared)),
    (inner, parameters) => [
      callFunction(
        within(site, inner, new Scope(site.scope)),
        call.of,
        parameters.map(value),
        expression.span,
      ),
    ],
  );
  const symmetric = call.of.kind === "gradient";
  return {
    kind: "derivative",
    of,
    points,
    symmetric,
    span: expression.span,
    domain: type.domain,
    codomain: type.codomain,
  };
}

/** The gradient of a function at a point, by reverse mode; of several arguments, the product of the partial ones. */
function gradientAt(site: Site, of: FunctionValue, point: readonly Lowered[], span: Span): Variable {
  const variables = point.map((lowered) => asVariable(site.builder, lowered, null, span));
  const block = site.builder.block(
    variables.map((variable) => parameter(variable.name, spaceOfVariable(variable), variable.shared)),
    (inner, parameters) => {
      const scope = new Scope(site.scope);
      const result = callValue(within(site, inner, scope), of, parameters.map(value), span);
      const capped = cappedIn(scope);
      return capped === null ? [result] : [result, capped];
    },
  );
  const results = derivativeAt(span, () => gradient(site.builder, block, variables));
  const parts = results.slice(0, variables.length);
  const [capped] = results.slice(variables.length);
  if (capped !== undefined) site.scope.define(CAPPED, value(capped));
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : site.builder.product(parts);
}

function only(site: Site, point: readonly Lowered[], span: Span): Variable {
  const first = point[0];
  if (first === undefined || point.length !== 1) throw new Limitation("a call with several arguments", span);
  return asVariable(site.builder, first, null, span);
}
