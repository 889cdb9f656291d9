import type { Given, Input, Learn } from "../../ast/tree.ts";
import type { CheckedRequirement } from "../../check/context.ts";
import { boundsText } from "../../check/bounds.ts";
import { partsOf } from "../../ast/parts.ts";
import type { Block } from "../../ir/block.ts";
import type { IrRequirement } from "../../ir/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { constant, namesOf, text } from "../../types/dimension.ts";
import { intervalText } from "../../types/interval.ts";
import type { Expression } from "../../ast/tree.ts";
import { REAL, type Space } from "../../types/space.ts";
import type { Typed } from "../../types/typing.ts";
import { endBlock } from "./learnables.ts";
import { computedInterval, isInfinite } from "./ranges.ts";
import { lowerValue } from "../recursion.ts";
import { Scope } from "../scope.ts";
import { type Site, within } from "../site.ts";

/** The interval of a given or an input as a requirement, where an end of it is computed. */
export function requirementsOfData(
  site: Site,
  declared: Given<Typed> | Input<Typed>,
): readonly IrRequirement[] {
  const { type } = declared;
  if (!("bounds" in type) || type.bounds?.kind !== "interval") return [];
  const { low, high, lowOpen, highOpen } = type.bounds;
  if (isWritten(low) && isWritten(high)) return [];
  const symbol = symbolOf(declared.declaration);
  const name: Expression<Typed> = {
    kind: "name",
    name: symbol.name,
    reference: { kind: "symbol", symbol },
    span: declared.name.span,
    note: symbol.typing,
  };
  return [
    {
      name: symbol.name,
      of: `\`${symbol.name}\``,
      written: `its interval ${boundsText(type.bounds)}`,
      computed: true,
      lowOpen,
      highOpen,
      value: valueBlock(site, name),
      low: endBlock(site, low),
      high: endBlock(site, high),
    },
  ];
}

/** The order of the computed ends of a network's interval. */
export function requirementsOfNetwork(site: Site, learn: Learn<Typed>): readonly IrRequirement[] {
  const range = learn.type.kind === "netType" ? computedInterval(learn.type.codomain.bounds) : null;
  if (range === null || isInfinite(range.low) || isInfinite(range.high)) return [];
  const symbol = symbolOf(learn.declaration);
  const isClosed = !range.lowOpen && !range.highOpen;
  return [
    {
      name: firstName(range.high) ?? firstName(range.low) ?? symbol.name,
      of: `The upper end of the interval of \`${symbol.name}\``,
      written: `what is above the lower end of ${boundsText(range)}`,
      computed: true,
      lowOpen: !isClosed,
      highOpen: true,
      value: valueBlock(site, range.high),
      low: endBlock(site, range.low),
      high: null,
    },
  ];
}

/** Whether an end is a plain number, which the declaration itself holds. */
function isWritten(end: Expression<Typed>): boolean {
  const { interval, level } = end.note;
  if (end.kind === "negate") return isWritten(end.operand);
  return end.kind === "infinity" || (level === 0 && interval !== null && interval.low === interval.high);
}

/** What the checker left to binding. */
export function lowerRequirement(
  site: Site,
  program: string,
  requirement: CheckedRequirement,
): IrRequirement {
  if (requirement.kind === "index") {
    const { index, last, text: written } = requirement;
    const [size = program] = namesOf(last);
    return {
      name: size,
      of: `The index \`${written}\``,
      written: `[0, ${text(last)}]`,
      computed: true,
      lowOpen: false,
      highOpen: false,
      value: site.builder.block([], (inner) => [inner.size(index)]),
      low: site.builder.block([], (inner) => [inner.size(constant(0))]),
      high: site.builder.block([], (inner) => [inner.size(last)]),
    };
  }
  const { what, value, within: interval } = requirement;
  const { low, high, lowOpen, highOpen } = interval;
  const end = (number: number): Block | null =>
    Number.isFinite(number) ? site.builder.block([], (inner) => [inner.constant(number)]) : null;
  return {
    name: firstName(value) ?? program,
    of: what,
    written: intervalText(interval),
    computed: false,
    lowOpen,
    highOpen,
    value: valueBlock(site, value),
    low: end(low),
    high: end(high),
  };
}

/** The first bound name that an expression reads. */
function firstName(expression: Expression<Typed>): string | null {
  if (expression.kind === "name") {
    const { reference } = expression;
    const bound =
      reference.kind === "symbol" &&
      ["given", "input", "size", "learn"].includes(reference.symbol.origin.kind);
    return bound ? expression.name : null;
  }
  for (const part of partsOf(expression)) {
    const found = firstName(part);
    if (found !== null) return found;
  }
  return null;
}

function valueBlock(site: Site, expression: Expression<Typed>): Block {
  return site.builder.block([], (inner) => [
    lowerValue(within(site, inner, new Scope(site.scope)), expression, spaceOfNumber(expression)),
  ]);
}

function spaceOfNumber({ note: { type } }: Expression<Typed>): Space {
  return type.kind === "value" ? type.space : REAL;
}
