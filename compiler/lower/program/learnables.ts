import type { Expression, Learn } from "../../ast/tree.ts";
import type { Block, Variable } from "../../ir/block.ts";
import { entriesOf } from "../../ir/inputs.ts";
import type { IrParameter } from "../../ir/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Fact } from "../../types/property.ts";
import { arraySpace, REAL, type Space } from "../../types/space.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { learnedFilters } from "../operators/convolution.ts";
import { filled } from "./declared.ts";
import { Limitation } from "../limitation.ts";
import type { Lowered } from "../lowered.ts";
import type { LoweredNetwork } from "../networks/networks.ts";
import { matrixOfForm } from "../operators/operators.ts";
import { isInfinite } from "./ranges.ts";
import { lower } from "../recursion.ts";
import { Scope } from "../scope.ts";
import { lowerSet, normalised, projection, withoutMean } from "../functions/sets.ts";
import type { Site } from "../site.ts";
import { within } from "../site.ts";
import { spaceOfVariable, value } from "../values.ts";

/** A block with one result: an expression that fills the declared space if it is a number. */
export function filledBlock(site: Site, expression: Expression<Typed>, space: Space): Block {
  return site.builder.block([], (inner) => [
    filled(within(site, inner, new Scope(site.scope)), expression, space),
  ]);
}

/** The variable of a learnable that is no network, and what its name stands for: a linear operator is its matrix. */
export function learnableOf(
  learn: Learn<Typed>,
): { readonly variable: Variable; readonly lowered: (variable: Variable) => Lowered } | null {
  if (learn.type.kind === "netType") return null;
  const symbol = symbolOf(learn.declaration);
  const { type } = symbol.typing;
  const named = (space: Space): Variable => ({
    name: symbol.name,
    type: { kind: "value", space },
    shared: true,
  });
  if (type.kind === "value") return { variable: named(type.space), lowered: value };
  if (type.kind !== "operator") throw new Limitation("what is learned here", learn.span);
  const { domain, codomain } = type;
  const filters = learnedFilters(learn);
  if (filters !== null) {
    const { space, boundary } = filters;
    return {
      variable: named(space),
      lowered: (variable) => ({
        kind: "operator",
        operator: { kind: "convolution", filters: variable, boundary, domain, codomain },
      }),
    };
  }
  const rows = entriesOf(codomain);
  const columns = entriesOf(domain);
  if (rows === null || columns === null)
    throw new Limitation("a learned operator between named spaces", learn.span);
  return {
    variable: named(arraySpace("real", [rows, columns])),
    lowered: (matrix) => ({ kind: "operator", operator: { kind: "matrix", matrix, domain, codomain } }),
  };
}

/** Declares a learnable that is no network; its variable. */
export function declareLearnable(site: Site, learn: Learn<Typed>): Variable | null {
  const learnable = learnableOf(learn);
  if (learnable === null) return null;
  site.scope.define(symbolOf(learn.declaration), learnable.lowered(learnable.variable));
  return learnable.variable;
}

/** What the runtime learns for a learnable: `variable`, or the weights of a network. */
export function parametersOf(
  site: Site,
  learn: Learn<Typed>,
  variable: Variable | null,
  networks: ReadonlyMap<Symbol, LoweredNetwork>,
): readonly IrParameter[] {
  const symbol = symbolOf(learn.declaration);
  if (variable === null) return networks.get(symbol)?.parameters ?? [];
  return [
    {
      variable,
      name: symbol.name,
      doc: learn.doc?.lines.join(" ") ?? "",
      perStep: learn.perStep,
      via: viaOf(learn),
      interval: intervalBlocks(site, learn),
      initial: startOf(site, learn, variable),
      spectralBound: null,
      ...projectionOf(site, learn, variable),
    },
  ];
}

function viaOf(learn: Learn<Typed>): IrParameter["via"] {
  const name = learn.via?.name;
  return name === "softplus" || name === "log" || name === "sigmoid" ? name : "projection";
}

function startOf(site: Site, learn: Learn<Typed>, variable: Variable): IrParameter["initial"] {
  const filters = learn.type.kind === "netType" ? null : learnedFilters(learn);
  if (filters !== null) return { kind: "random", init: filters.init };
  return { kind: "block", block: startBlock(site, learn, variable) };
}

function startBlock(site: Site, learn: Learn<Typed>, variable: Variable): Block {
  return site.builder.block([], (inner) => {
    const place = within(site, inner, new Scope(site.scope));
    const lowered = lower(place, learn.initial);
    if (lowered.kind === "operator") return [matrixOfForm(inner, lowered.operator)];
    return [filled(place, learn.initial, spaceOfVariable(variable))];
  });
}

function intervalBlocks(site: Site, learn: Learn<Typed>): IrParameter["interval"] {
  const { type } = learn;
  if (!("bounds" in type) || type.bounds?.kind !== "interval") return null;
  const { low, high, lowOpen, highOpen } = type.bounds;
  return { low: endBlock(site, low), high: endBlock(site, high), lowOpen, highOpen };
}

/** An end of an interval; null for an infinite one. */
export function endBlock(site: Site, end: Expression<Typed>): Block | null {
  return isInfinite(end) ? null : filledBlock(site, end, REAL);
}

/** The nearest value of the set and of the properties in which a learnable is kept. */
function projectionOf(site: Site, learn: Learn<Typed>, variable: Variable): Pick<IrParameter, "projection"> {
  const { type } = learn;
  const set = "bounds" in type && type.bounds?.kind === "set" ? type.bounds.expression : null;
  const { facts } = symbolOf(learn.declaration).typing;
  const has = (property: Fact["property"]): boolean => facts.some((fact) => fact.property === property);
  if (set === null && !has("zero_mean") && !has("unit_norm")) return {};
  const block = site.builder.block([], (inner) => {
    const place = within(site, inner, new Scope(site.scope));
    const centred = has("zero_mean") ? withoutMean(inner, variable) : variable;
    const inside = set === null ? centred : projection(place, lowerSet(place, set, learn.span), centred);
    return [has("unit_norm") ? normalised(inner, inside) : inside];
  });
  return { projection: block };
}
