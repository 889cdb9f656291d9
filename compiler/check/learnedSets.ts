import type { Expression, Learn } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { between, type Interval } from "../types/interval.ts";
import type { Fact } from "../types/property.ts";
import { spaceText } from "../types/space.ts";
import { attempt, unifySpaces } from "../types/substitution.ts";
import { type Type, valueType } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, report } from "./context.ts";
import { describe, expectOrder } from "./expectations.ts";
import { expressionText } from "./expressionText.ts";
import { checkStage } from "./stages.ts";
import { resolveType, withNote } from "./typed.ts";
import type { CheckedType } from "./writtenTypes.ts";

/** The constraints whose nearest point is found by one projection after the other, in this order. */
const TOGETHER: ReadonlySet<string> = new Set([
  "zero_mean ball",
  "zero_mean unit_norm",
  "nonnegative unit_norm",
]);

/** The sets that are made of an order. */
const ORDERED: ReadonlySet<string> = new Set(["nonnegative", "box", "simplex"]);

/** The set of `learn k : T in C`, or null. */
export function setOf(written: Pick<CheckedType, "tree">): Expression<Typed> | null {
  const { tree } = written;
  return "bounds" in tree && tree.bounds?.kind === "set" ? tree.bounds.expression : null;
}

/** Checks what a learnable is kept in by projection: a set of its space, and properties that go together with it. */
export function checkLearnedSet(
  environment: Environment,
  tree: Learn,
  written: CheckedType,
  facts: readonly Fact[],
): void {
  const set = setOf(written);
  const kept = facts.filter(({ property }) => property === "zero_mean" || property === "unit_norm");
  if (set !== null) checkSpace(environment, tree, written.type, set);
  const names = [
    ...(kept.some(({ property }) => property === "zero_mean") ? ["zero_mean"] : []),
    ...(set === null ? [] : [nameOf(set)]),
    ...(kept.some(({ property }) => property === "unit_norm") ? ["unit_norm"] : []),
  ];
  const [first, second, third] = names;
  if (first === undefined) return;
  const bounds = "bounds" in tree.type ? tree.type.bounds : null;
  const interval = bounds?.kind === "interval" ? bounds : null;
  if (tree.via !== null) {
    report(environment, diagnose("IPX3305", tree.via.span, { kind: "via", first, second: first }));
  } else if (interval !== null) {
    report(
      environment,
      diagnose("IPX3305", interval.span, { kind: "together", first: "an interval", second: first }),
    );
  } else if (second !== undefined && (third !== undefined || !TOGETHER.has(`${first} ${second}`))) {
    const words = { kind: "together", first: `\`${first}\``, second: third ?? second } as const;
    report(environment, diagnose("IPX3305", set?.span ?? tree.name.span, words));
  }
}

function nameOf(set: Expression<Typed>): string {
  return expressionText(set.kind === "call" ? set.callee : set);
}

function checkSpace(environment: Environment, tree: Learn, type: Type, set: Expression<Typed>): void {
  const of = resolveType(environment.run, set.note.type);
  if (of.kind === "unknown" || type.kind === "unknown") return;
  const { substitution } = environment.run;
  if (of.kind !== "set" || type.kind !== "value") {
    const actual = describe(environment, of.kind === "set" ? type : of);
    const hint = "Sets are `nonnegative`, `box(a, b)`, `ball(r)`, `simplex`; they hold numbers and arrays.";
    report(environment, diagnose("IPX2015", set.span, { wanted: "A set", actual, hint }));
    return;
  }
  const { space } = of;
  if (space !== null && !attempt(substitution, () => unifySpaces(substitution, space, type.space))) {
    const words = {
      wanted: `A set of ${spaceText(type.space)}`,
      actual: describe(environment, valueType(space)),
    };
    report(environment, diagnose("IPX2015", set.span, { ...words, hint: null }));
    return;
  }
  const name = nameOf(set);
  const point = withNote(set, { ...set.note, type });
  if (ORDERED.has(name) && !expectOrder(environment, point, name)) return;
  checkStage(environment, set, 2, `The set of \`${tree.name.name}\``);
}

/** Where the entries lie that a set allows, as far as it says so in numbers; null where it says nothing. */
export function intervalOfSet(set: Expression<Typed> | null): Interval | null {
  if (set === null) return null;
  const name = nameOf(set);
  if (name === "nonnegative") return between(0, Infinity);
  if (name === "simplex") return between(0, 1);
  if (name !== "box" || set.kind !== "call" || set.call.kind !== "library") return null;
  const [low, high] = set.call.arguments.map(({ note }) => note.interval);
  return low == null || high == null ? null : between(low.low, high.high);
}
