import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { ArrayName } from "../../library/arrays/table.ts";
import {
  ARRAY_NAMES,
  FUNCTION_NAMES,
  LAYER_NAMES,
  type LibraryName,
  METHOD_NAMES,
  NET_NAMES,
  OPERATOR_NAMES,
  SET_NAMES,
} from "../../library/names.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { named } from "../references.ts";
import { unknownTyping } from "../typed.ts";
import { checkArrayCall, checkArrayName } from "./arrays.ts";
import { unknownCall } from "./unknown.ts";
import { checkMakerCall, checkMakerName } from "./makers.ts";
import { checkOperatorCall, checkOperatorName } from "./operators.ts";
import { checkSetCall, checkSetName } from "./sets.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Name = Extract<Expression, { kind: "name" }>;

/** The tables that a library name may come from. */
type Family =
  | { readonly kind: "operator"; readonly name: (typeof OPERATOR_NAMES)[number] }
  | { readonly kind: "function"; readonly name: (typeof FUNCTION_NAMES)[number] }
  | { readonly kind: "set"; readonly name: (typeof SET_NAMES)[number] }
  | { readonly kind: "array"; readonly name: ArrayName }
  | { readonly kind: "layer" | "net" | "method" };

const FAMILIES: ReadonlyMap<string, Family> = new Map<string, Family>([
  ...OPERATOR_NAMES.map((name) => [name, { kind: "operator", name }] as const),
  ...FUNCTION_NAMES.map((name) => [name, { kind: "function", name }] as const),
  ...SET_NAMES.map((name) => [name, { kind: "set", name }] as const),
  ...ARRAY_NAMES.map((name) => [name, { kind: "array", name }] as const),
  ...LAYER_NAMES.map((name) => [name, { kind: "layer" }] as const),
  ...NET_NAMES.map((name) => [name, { kind: "net" }] as const),
  ...METHOD_NAMES.map((name) => [name, { kind: "method" }] as const),
]);

/** A name of the library that stands alone. */
export function checkLibraryName(
  environment: Environment,
  expression: Name,
  name: LibraryName,
): Expression<Typed> {
  const family = FAMILIES.get(name);
  switch (family?.kind) {
    case "operator":
      return checkOperatorName(environment, expression, family.name);
    case "function":
      return checkMakerName(environment, expression, family.name);
    case "set":
      return checkSetName(environment, expression, family.name);
    case "array":
      return checkArrayName(environment, expression, family.name);
    case "layer":
    case "net":
    case "method":
    case undefined:
      refuse(environment, expression, family?.kind ?? "method");
      return named(expression, { kind: "library", name }, unknownTyping());
  }
}

/** A call of a name of the library. */
export function checkLibraryCall(
  environment: Environment,
  expression: Call,
  callee: Name,
  name: LibraryName,
): Expression<Typed> {
  const family = FAMILIES.get(name);
  switch (family?.kind) {
    case "operator":
      return checkOperatorCall(environment, expression, callee, family.name);
    case "function":
      return checkMakerCall(environment, expression, callee, family.name);
    case "set":
      return checkSetCall(environment, expression, callee, family.name);
    case "array":
      return checkArrayCall(environment, expression, callee, family.name);
    case "layer":
    case "net":
    case "method":
    case undefined:
      refuse(environment, callee, family?.kind ?? "method");
      return unknownCall(
        environment,
        expression,
        named(callee, { kind: "library", name }, unknownTyping()),
        true,
      );
  }
}

/** Layers and networks stand in networks, methods in settings. */
function refuse(environment: Environment, callee: Name, kind: "layer" | "net" | "method"): void {
  const { name, span } = callee;
  if (kind === "method") {
    report(environment, diagnose("IPX1017", span, { name, what: "a method", wanted: "A value" }));
  } else if (environment.place === "net") {
    report(environment, diagnose("IPX2033", span, { name }));
  } else {
    report(environment, diagnose("IPX2010", span, { name, isNet: kind === "net" }));
  }
}
