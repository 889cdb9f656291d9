import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { intervalText, isWithin, POSITIVE } from "../../types/interval.ts";
import { REAL, type Space } from "../../types/space.ts";
import { fitSpace, wouldSucceed } from "../../types/substitution.ts";
import type { CallMeaning, Typed, Typing } from "../../types/typing.ts";
import { type Environment, latest, report } from "../context.ts";
import { describe, fits } from "../expectations.ts";
import { declarationText, wideName } from "../rules/weights.ts";
import { checkInnerProx, checkProxRule, checkSeparable } from "../rules/proxRules.ts";
import { intervalOf, resolveType, typing, unknownTyping } from "../typed.ts";
import { checkInnerSolve } from "./innerSolve.ts";
import type { CheckedArguments } from "./arguments.ts";
import type { CallResult } from "./unknown.ts";

/** The meaning of a prox or a projection once it has its point; null for what is neither. */
export function proxAt(made: CallMeaning, point: Expression<Typed> | null): CallMeaning | null {
  if (made.kind === "prox") return { ...made, point };
  return made.kind === "projection" ? { ...made, point } : null;
}

/** `prox(t*g)`, `prox(g, scaling = d)`, `prox(g, by = inner(max = 50))`: a map on the space of g. */
export function checkProx(environment: Environment, args: CheckedArguments): CallResult {
  const [of] = args.positional;
  const level = latest(...args.tree.map(({ value }) => (value.kind === "targetCall" ? 0 : value.note.level)));
  const failed: CallResult = { call: { kind: "unknown" }, note: unknownTyping(level) };
  if (of === undefined || !args.sound) return failed;
  const type = resolveType(environment.run, of.note.type);
  if (type.kind === "unknown") return failed;
  const { substitution } = environment.run;
  const [domain] = type.kind === "function" ? type.parameters : [];
  if (
    type.kind !== "function" ||
    domain === undefined ||
    type.parameters.length !== 1 ||
    !wouldSucceed(substitution, () => fitSpace(substitution, type.result, REAL))
  ) {
    const wanted = "a function of one argument to R";
    const actual = describe(environment, type);
    report(environment, diagnose("IPX2008", of.span, { callee: "prox", parameter: "g", wanted, actual }));
    return failed;
  }
  const by = args.settings["by"] ?? null;
  const scaling = args.values["scaling"] ?? null;
  const sound =
    checkSteps(environment, of) &&
    (scaling === null || checkScaling(environment, of, scaling, domain)) &&
    (by === null
      ? checkProxRule(environment, of, scaling === null ? 1 : 0)
      : checkInnerSolve(environment, by, of.span) && checkInnerProx(environment, of, by));
  if (!sound) return failed;
  return { call: { kind: "prox", function: of, scaling, by, point: null }, note: mapNote(domain, level) };
}

function mapNote(space: Space, level: Typing["level"]): Typing {
  return typing({ kind: "function", parameters: [space], result: space }, level);
}

/** Every number that scales the function must be positive: prox(t*g) with t > 0. */
function checkSteps(environment: Environment, of: Expression<Typed>): boolean {
  switch (of.kind) {
    case "product":
      if (of.product !== "scaleFunction") return true;
      return of.operator === "/"
        ? checkPositive(environment, of.right) && checkSteps(environment, of.left)
        : checkPositive(environment, of.left) && checkSteps(environment, of.right);
    case "negate":
      return checkPositive(environment, of);
    default:
      return true;
  }
}

function checkPositive(environment: Environment, factor: Expression<Typed>): boolean {
  const type = resolveType(environment.run, factor.note.type);
  if (type.kind === "unknown") return false;
  const interval = intervalOf(factor);
  if (type.kind !== "function" && isWithin(interval, POSITIVE)) return true;
  const source = wideName(factor, POSITIVE);
  const declared = source?.origin.kind === "fun" ? null : source;
  const declaration = declared === null ? null : declarationText(declared);
  const args = { interval: type.kind === "function" ? "(-inf, 0)" : intervalText(interval), declaration };
  report(environment, diagnose("IPX3102", factor.span, args, { declared: declared?.span ?? null }));
  return false;
}

function checkScaling(
  environment: Environment,
  of: Expression<Typed>,
  scaling: Expression<Typed>,
  domain: Space,
): boolean {
  const type = resolveType(environment.run, scaling.note.type);
  if (!fits(environment, type, domain)) {
    const args = { callee: "prox", parameter: "scaling", wanted: "on the space of the function" };
    report(environment, diagnose("IPX2008", scaling.span, { ...args, actual: describe(environment, type) }));
    return false;
  }
  if (scaling.note.interval === null || !isWithin(scaling.note.interval, POSITIVE)) {
    report(environment, diagnose("IPX3106", scaling.span, { actual: intervalText(intervalOf(scaling)) }));
    return false;
  }
  return checkSeparable(environment, of);
}

/** `proj(C)`: a map on the space of the set. */
export function checkProjection(environment: Environment, args: CheckedArguments, key: string): CallResult {
  const [set] = args.positional;
  const level = set?.note.level ?? 0;
  const failed: CallResult = { call: { kind: "unknown" }, note: unknownTyping(level) };
  if (set === undefined || !args.sound) return failed;
  const type = resolveType(environment.run, set.note.type);
  if (type.kind === "unknown") return failed;
  if (type.kind !== "set") {
    const wanted = "a set, such as `nonnegative` or `box(0, 1)`";
    const actual = describe(environment, type);
    report(environment, diagnose("IPX2008", set.span, { callee: "proj", parameter: "C", wanted, actual }));
    return failed;
  }
  const space: Space = type.space ?? { kind: "named", name: `?${key}:T`, field: "any" };
  return { call: { kind: "projection", set, point: null }, note: mapNote(space, level) };
}
