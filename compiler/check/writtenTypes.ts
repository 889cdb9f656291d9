import type {
  ArrayType,
  Bounds,
  MapType,
  NamedType,
  ProductType,
  Scalar,
  SetBound,
  SpaceType,
  Type as WrittenTypeTree,
} from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Dimension } from "../types/dimension.ts";
import { type Element, productSpace, type Space } from "../types/space.ts";
import { type Type, UNKNOWN, valueType } from "../types/type.ts";
import type { Reference, Typed } from "../types/typing.ts";
import { checkBounds, type DeclaredBounds } from "./bounds.ts";
import { type Environment, recordRead, report } from "./context.ts";
import { checkExpression } from "./expression.ts";
import { operandOf, within } from "./expressionText.ts";
import { reportUnknownName } from "./names.ts";
import { weightsType } from "./programs/weights.ts";
import { lookUp } from "./scope.ts";
import { checkSize } from "./sizes.ts";
import { withArticle, wordOf } from "./symbols.ts";

/** A type that was written, with its meaning. */
export interface CheckedType {
  readonly tree: WrittenTypeTree<Typed>;
  readonly type: Type;
  /** the interval of a value */
  readonly bounds: DeclaredBounds | null;
  /** the interval of what a map gives */
  readonly resultBounds: DeclaredBounds | null;
}

const ELEMENTS: { readonly [S in Scalar]: Element } = { R: "real", C: "complex", int: "int", bool: "bool" };

/** Checks a type where it is written. */
export function checkType(environment: Environment, tree: WrittenTypeTree): CheckedType {
  switch (tree.kind) {
    case "arrayType":
      return checkArrayType(environment, tree);
    case "namedType":
      return checkNamedType(environment, tree);
    case "productType":
      return checkProductType(environment, tree);
    case "operatorType":
    case "netType":
    case "functionType":
      return checkMapType(environment, tree);
  }
}

function checkArrayType(environment: Environment, tree: ArrayType): CheckedType {
  const checked = tree.dimensions.map((dimension) => checkSize(environment, dimension));
  const sizes = checked.map(({ size }) => size).filter((size): size is Dimension => size !== null);
  const space: Space = { kind: "array", element: ELEMENTS[tree.scalar], dimensions: sizes };
  const type = sizes.length === checked.length ? valueType(space) : UNKNOWN;
  const { tree: writtenBounds, bounds } = checkWrittenBounds(environment, tree.bounds);
  const dimensions = checked.map((dimension) => dimension.tree);
  return {
    tree: { ...tree, dimensions, bounds: writtenBounds, meaning: type },
    type,
    bounds,
    resultBounds: null,
  };
}

function checkNamedType(environment: Environment, tree: NamedType): CheckedType {
  const { tree: writtenBounds, bounds } = checkWrittenBounds(environment, tree.bounds);
  const { type, reference } = namedMeaning(environment, tree);
  return {
    tree: { ...tree, reference, bounds: writtenBounds, meaning: type },
    type,
    bounds,
    resultBounds: null,
  };
}

function namedMeaning(environment: Environment, tree: NamedType): { type: Type; reference: Reference } {
  const { name, span } = tree.name;
  const failed = { type: UNKNOWN, reference: { kind: "unknown" } } as const;
  if (tree.argument !== null) {
    if (name === "weights") return weightsType(environment, tree.argument, tree.span);
    report(environment, diagnose("IPX2024", tree.span, { type: "no type", hint: null }));
    return failed;
  }
  const found = lookUp(environment.scope, name);
  if (found === null) {
    reportUnknownName(environment, name, span, environment.run.spaces.keys(), { header: "space" });
    return failed;
  }
  recordRead(environment, found.symbol);
  const { origin } = found.symbol;
  if (origin.kind !== "space") {
    const what = withArticle(wordOf(origin));
    report(environment, diagnose("IPX1017", span, { name, what, wanted: "A space" }));
    return failed;
  }
  return { type: valueType(origin.space), reference: { kind: "symbol", symbol: found.symbol } };
}

function checkProductType(environment: Environment, tree: ProductType): CheckedType {
  const entries = tree.entries.map((entry) => checkType(environment, entry));
  const { tree: writtenBounds, bounds } = checkWrittenBounds(environment, tree.bounds);
  const [only] = entries;
  const type =
    entries.length === 1 && only !== undefined ? only.type : productType(environment, tree, entries);
  return {
    tree: {
      ...tree,
      entries: entries.map((entry) => entry.tree),
      bounds: writtenBounds,
      meaning: type,
    },
    type,
    bounds: bounds ?? (entries.length === 1 ? (only?.bounds ?? null) : null),
    resultBounds: null,
  };
}

function productType(environment: Environment, tree: ProductType, entries: readonly CheckedType[]): Type {
  const parts: Space[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry.type.kind === "value") parts.push(entry.type.space);
    else {
      if (entry.type.kind !== "unknown") reportNoSpace(environment, tree.entries[index] ?? tree);
      return UNKNOWN;
    }
  }
  return valueType(productSpace(parts));
}

function reportNoSpace(environment: Environment, tree: WrittenTypeTree): void {
  report(
    environment,
    diagnose("IPX2024", tree.span, {
      type: "no space",
      hint: "Spaces are `R[n]`, `C[h, w]`, `X`, `(X, Y)`.",
    }),
  );
}

function checkMapType(environment: Environment, tree: MapType): CheckedType {
  for (const { bounds } of [tree.domain, tree.codomain]) {
    if (bounds?.kind === "set" && environment.place === "learn") reportSet(environment, bounds);
  }
  const domain = checkDomain(environment, tree);
  const codomain = checkType(environment, tree.codomain);
  const type = mapType(environment, tree, domain.types, codomain.type);
  return {
    tree: {
      ...tree,
      domain: domain.tree,
      codomain: asSpaceType(codomain.tree, tree.codomain),
      meaning: type,
    },
    type,
    bounds: null,
    resultBounds: codomain.bounds,
  };
}

/** The arguments of a map one by one, the domain of an operator as one space. */
function checkDomain(
  environment: Environment,
  tree: MapType,
): { readonly tree: SpaceType<Typed>; readonly types: readonly Type[] } {
  const { domain } = tree;
  if (domain.kind !== "productType" || tree.kind === "operatorType") {
    const checked = checkType(environment, domain);
    return { tree: asSpaceType(checked.tree, domain), types: [checked.type] };
  }
  const entries = domain.entries.map((entry) => checkType(environment, entry));
  return {
    tree: { ...domain, entries: entries.map((entry) => entry.tree), bounds: null, meaning: UNKNOWN },
    types: entries.map((entry) => entry.type),
  };
}

function asSpaceType(tree: WrittenTypeTree<Typed>, written: SpaceType): SpaceType<Typed> {
  if (tree.kind === "arrayType" || tree.kind === "namedType" || tree.kind === "productType") return tree;
  throw new Error(`a ${written.kind} became a ${tree.kind}`);
}

function mapType(environment: Environment, tree: MapType, parameters: readonly Type[], result: Type): Type {
  if (result.kind === "unknown" || parameters.some((parameter) => parameter.kind === "unknown"))
    return UNKNOWN;
  if (result.kind !== "value") {
    reportNoSpace(environment, tree.codomain);
    return UNKNOWN;
  }
  const spaces = parameters.filter((parameter) => parameter.kind === "value").map(({ space }) => space);
  const [domain] = spaces;
  if (tree.kind === "operatorType") {
    if (domain === undefined) {
      reportNoSpace(environment, tree.domain);
      return UNKNOWN;
    }
    return { kind: "operator", domain, codomain: result.space };
  }
  const higher = spaces.length < parameters.length;
  if (higher && tree.kind === "netType") {
    reportNoSpace(environment, tree.domain);
    return UNKNOWN;
  }
  return {
    kind: "function",
    parameters: spaces,
    result: result.space,
    ...(higher ? { higher: parameters } : {}),
  };
}

function checkWrittenBounds(
  environment: Environment,
  bounds: Bounds | null,
): { readonly tree: Bounds<Typed> | null; readonly bounds: DeclaredBounds | null } {
  if (bounds === null) return { tree: null, bounds: null };
  if (bounds.kind === "interval") {
    const checked = checkBounds(environment, bounds);
    return { tree: checked.tree, bounds: checked };
  }
  if (environment.place !== "learn") reportSet(environment, bounds);
  return { tree: { ...bounds, expression: checkExpression(environment, bounds.expression) }, bounds: null };
}

/** Only numbers and arrays that are learned are kept in a set. */
function reportSet(environment: Environment, set: SetBound): void {
  const { expression } = set;
  const first = within(expression, operandOf.call);
  report(environment, diagnose("IPX3305", expression.span, { kind: "place", first, second: "" }));
}
