import type {
  IntervalCstNode,
  ParameterCstNode,
  ParametersCstNode,
  PropertiesCstNode,
  PropertyCstNode,
  SpaceTypeCstNode,
  TypeCstNode,
  TypedNameCstNode,
} from "../../../grammar/cst.ts";
import type {
  Bounds,
  Expression,
  NumberLiteral,
  Parameter,
  Parsed,
  Property,
  SpaceType,
  Type,
  TypedName,
} from "../tree.ts";
import { at, type Context, identifier, only, optional, spanOf, tokenSpan, unnoted } from "./context.ts";
import { callArguments, oneOf, sum } from "./expressions.ts";

/** Builds a type. */
export function type(context: Context, node: TypeCstNode): Type {
  const { children } = node;
  const domain = spaceType(context, at(children.spaceType, 0));
  if (children.TypeArrow === undefined) return domain;
  const codomain = spaceType(context, at(children.spaceType, 1));
  const kind =
    children.Word_linear !== undefined
      ? "operatorType"
      : children.Word_net !== undefined
        ? "netType"
        : "functionType";
  return { kind, span: spanOf(context, node), domain, codomain, meaning: null };
}

function spaceType(context: Context, node: SpaceTypeCstNode): SpaceType {
  const { children } = node;
  const span = spanOf(context, node);
  const bounds = optional(children.interval, (interval) => boundsOf(context, interval));
  const array = children.arrayType?.[0];
  const named = children.namedType?.[0];
  if (array !== undefined) {
    const dimensions = (array.children.sum ?? []).map((dimension) => sum(context, dimension));
    const scalar = oneOf(only(array.children.scalar), ["R", "C", "int", "bool"]);
    return { kind: "arrayType", span, scalar, dimensions, bounds, meaning: null };
  }
  if (named !== undefined) {
    const name = identifier(context, only(named.children.Name));
    const argument = optional(named.children.argument, (token) => identifier(context, token));
    return { kind: "namedType", span, name, argument, reference: null, bounds, meaning: null };
  }
  const entries = only(children.productType).children.type.map((entry) => type(context, entry));
  return { kind: "productType", span, entries, bounds, meaning: null };
}

function boundsOf(context: Context, node: IntervalCstNode): Bounds {
  const { children } = node;
  const span = spanOf(context, node);
  const name = children.Name?.[0];
  if (name !== undefined) {
    const written = identifier(context, name);
    const callee = { ...written, kind: "name", reference: null, note: null } as const;
    const list = optional(children.callArguments, (each) => callArguments(context, each));
    const expression: Expression =
      list === null ? callee : { kind: "call", callee, arguments: list, call: null, note: null, span };
    return { kind: "set", span, expression };
  }
  return {
    kind: "interval",
    span,
    lowOpen: only(children.open).image === "(",
    low: sum(context, only(children.low)),
    high: sum(context, only(children.high)),
    highOpen: only(children.close).image === ")",
  };
}

/** Builds `x : X`. */
export function typedName(context: Context, node: TypedNameCstNode): TypedName {
  return {
    kind: "typedName",
    span: spanOf(context, node),
    name: identifier(context, only(node.children.Name)),
    type: type(context, only(node.children.type)),
    declaration: null,
  };
}

/** Builds what stands behind `with`; nothing if there is no `with`. */
export function properties(
  context: Context,
  nodes: readonly PropertiesCstNode[] | undefined,
): readonly Property[] {
  return (nodes?.[0]?.children.property ?? []).map((node) => property(context, node));
}

function property(context: Context, node: PropertyCstNode): Property {
  const { children } = node;
  return {
    kind: "property",
    span: spanOf(context, node),
    name: identifier(context, only(children.Name)),
    comparison: optional(children.BoundOperator, (operator) => oneOf(operator, ["<=", ">=", "=="])),
    bound: optional(children.sum, (bound) => sum(context, bound)),
  };
}

/** Builds the parameters in `[ ]`; none if there are no brackets. */
export function parameters(
  context: Context,
  nodes: readonly ParametersCstNode[] | undefined,
): readonly Parameter[] {
  return (nodes?.[0]?.children.parameter ?? []).map((node) => parameter(context, node));
}

function parameter(context: Context, node: ParameterCstNode): Parameter {
  const span = spanOf(context, node);
  const space = node.children.spaceParameter?.[0];
  if (space !== undefined) {
    const { Name, Word_R, Word_C } = space.children;
    const field = Word_R !== undefined ? "R" : Word_C !== undefined ? "C" : null;
    return { kind: "spaceParameter", span, name: identifier(context, only(Name)), field, declaration: null };
  }
  const { Name, Number: initial } = only(node.children.sizeParameter).children;
  return {
    kind: "sizeParameter",
    span,
    name: identifier(context, only(Name)),
    initial: optional(initial, (token): NumberLiteral<Parsed> => {
      const place = tokenSpan(context, token);
      return { kind: "number", span: place, value: Number(token.image), text: token.image, ...unnoted };
    }),
    declaration: null,
  };
}
