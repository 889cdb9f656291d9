import type { DataDeclaration, IntervalDeclaration } from "../../../runtime/program/definition.ts";
import type { Given, Input } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import type { IrData } from "../../ir/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Fact } from "../../types/property.ts";
import type { Space } from "../../types/space.ts";
import type { Type } from "../../types/type.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { variableType } from "./declared.ts";
import { filledBlock } from "./learnables.ts";
import { Limitation } from "../limitation.ts";
import type { Lowered } from "../lowered.ts";
import type { Site } from "../site.ts";
import { value } from "../values.ts";

/** A given or an input: its variable, and what is checked and filled in when it is bound. */
export function lowerData(site: Site, declared: Given<Typed> | Input<Typed>): IrData {
  const symbol = symbolOf(declared.declaration);
  const variable = declaredVariable(symbol, declared.kind === "given");
  site.scope.define(symbol, loweredOf(variable, symbol));
  const initial = declared.kind === "given" ? declared.initial : null;
  return {
    variable,
    doc: declared.doc?.lines.join(" ") ?? "",
    perStep: symbol.perStep,
    interval: intervalOf(symbol),
    properties: symbol.typing.facts.filter((fact) => fact.provenance === "assumed").map(propertyOf),
    initial: initial === null ? null : filledBlock(site, initial, spaceOfType(symbol.typing.type, declared)),
  };
}

function propertyOf(fact: Fact): DataDeclaration["properties"][number] {
  return { name: fact.property, bound: fact.bound };
}

function intervalOf(symbol: Symbol): IntervalDeclaration | null {
  const { interval } = symbol.typing;
  if (interval === null || (interval.low === -Infinity && interval.high === Infinity)) return null;
  return interval;
}

function declaredVariable(symbol: Symbol, shared: boolean): Variable {
  return { name: symbol.name, type: variableType(symbol), shared };
}

function loweredOf(variable: Variable, symbol: Symbol): Lowered {
  if (variable.type.kind === "map") return { kind: "function", of: { kind: "given", map: variable } };
  if (variable.type.kind !== "operator") return value(variable);
  const declared = symbol.typing.facts.find(
    (fact) => fact.property === "norm" && fact.provenance === "assumed",
  );
  const { domain, codomain } = variable.type;
  return {
    kind: "operator",
    operator: { kind: "bound", variable, declaredNorm: declared?.bound ?? null, domain, codomain },
  };
}

function spaceOfType(type: Type, declared: { readonly span: Given<Typed>["span"] }): Space {
  if (type.kind === "value") return type.space;
  throw new Limitation("a default for an operator", declared.span);
}
