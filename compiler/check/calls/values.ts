import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { ArrayRule } from "../../library/arrays/signature.ts";
import {
  between,
  hull,
  type Interval,
  intervalText,
  isWithin,
  maximum,
  minimum,
  NONNEGATIVE,
  POSITIVE,
  REALS,
} from "../../types/interval.ts";
import { isComplex, isNumber, numberSpace, REAL, type Space } from "../../types/space.ts";
import { attempt, fitSpace, unifyAxes } from "../../types/substitution.ts";
import type { Typed, Typing } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { describe, expectOrder, expectValue } from "../expectations.ts";
import { expressionText } from "../expressionText.ts";
import { entrywiseSpace } from "../products.ts";
import { joinTypes } from "../sums.ts";
import { intervalOf, resolveType, sortOf, typing, unknownTyping, valueTyping } from "../typed.ts";
import { checkOrdered } from "../rules/requirements.ts";
import type { ArrayCall } from "./arrays.ts";

type RuleOf<K extends ArrayRule["kind"]> = Extract<ArrayRule, { kind: K }>;

/** One array, entry by entry: `abs(x)`, `sqrt(s)`. */
export function checkEntrywise(
  { environment, name, args, level }: ArrayCall,
  rule: RuleOf<"entrywise">,
): Typing {
  const [x] = args.positional;
  const space = x === undefined ? null : expectValue(environment, x);
  if (x === undefined || space === null) return unknownTyping(level);
  if (rule.ordered && !expectOrder(environment, x, name)) return unknownTyping(level);
  const interval = intervalOf(x);
  if (rule.asks !== null && !isWithin(interval, rule.asks)) {
    const asked = { callee: name, wanted: intervalText(rule.asks), actual: intervalText(interval) };
    report(environment, diagnose("IPX3105", x.span, asked));
  }
  const result = rule.result === "real" ? realOf(environment, x, space, name) : space;
  return result === null ? unknownTyping(level) : valueTyping(result, level, rule.image(interval));
}

/** The space of moduli; a named space must be real to have one of its own. */
function realOf(environment: Environment, x: Expression<Typed>, space: Space, name: string): Space | null {
  if (space.kind === "array") return { kind: "array", element: "real", dimensions: space.dimensions };
  return expectOrder(environment, x, name) ? space : null;
}

/** `max(a, b)`, `min(a, b)`. */
export function checkPairwise(
  { environment, name, args, level }: ArrayCall,
  rule: RuleOf<"pairwise">,
): Typing {
  const [a, b] = args.positional;
  if (a === undefined || b === undefined) return unknownTyping(level);
  const space = ordered(environment, name, [a, b]);
  return space === null
    ? unknownTyping(level)
    : valueTyping(space, level, rule.image(intervalOf(a), intervalOf(b)));
}

/** `clip(x, low, high)`. */
export function checkClip({ environment, name, args, level }: ArrayCall): Typing {
  const [x, low, high] = args.positional;
  if (x === undefined || low === undefined || high === undefined) return unknownTyping(level);
  const space = ordered(environment, name, [x, low, high]);
  if (space === null || !checkOrdered(environment, name, low, high)) return unknownTyping(level);
  return valueTyping(space, level, minimum(maximum(intervalOf(x), intervalOf(low)), intervalOf(high)));
}

/** The space of real values of one shape, of which some may be numbers. */
function ordered(
  environment: Environment,
  callee: string,
  values: readonly Expression<Typed>[],
): Space | null {
  let space: Space | null = null;
  for (const value of values) {
    const own = expectValue(environment, value, "A number or an array");
    if (own === null || !expectOrder(environment, value, callee)) return null;
    const joined: Space | null = space === null ? own : entrywiseSpace(environment, space, own);
    if (joined === null) {
      const wanted = space === null ? "a value" : describe(environment, { kind: "value", space });
      reportArgument(environment, callee, value, wanted);
      return null;
    }
    space = joined;
  }
  return space;
}

function reportArgument(
  environment: Environment,
  callee: string,
  value: Expression<Typed>,
  wanted: string,
): void {
  const actual = describe(environment, value.note.type);
  report(
    environment,
    diagnose("IPX2008", value.span, { callee, parameter: expressionText(value), wanted, actual }),
  );
}

/** `soft(v, theta)`, `hard`, `soft_select`: theta is a number, or one for each entry. */
export function checkShrinkage({ environment, name, args, level }: ArrayCall): Typing {
  const [v, theta] = args.positional;
  const space = v === undefined ? null : expectValue(environment, v);
  const thresholds = theta === undefined ? null : expectValue(environment, theta);
  if (v === undefined || theta === undefined || space === null || thresholds === null)
    return unknownTyping(level);
  if (!expectOrder(environment, theta, name)) return unknownTyping(level);
  if (!isNumber(thresholds) && !sameShape(environment, thresholds, space)) {
    reportArgument(environment, name, theta, `a number, or one for each entry of ${expressionText(v)}`);
    return unknownTyping(level);
  }
  return valueTyping(space, level, hull(intervalOf(v), between(0, 0)));
}

function sameShape(environment: Environment, real: Space, values: Space): boolean {
  const { substitution } = environment.run;
  if (real.kind === "array" && values.kind === "array") {
    return attempt(substitution, () => unifyAxes(substitution, real.dimensions, values.dimensions));
  }
  return attempt(substitution, () => fitSpace(substitution, real, values));
}

/** `choose(m, a, b)`. */
export function checkChoose({ environment, name, args, level }: ArrayCall): Typing {
  const [m, a, b] = args.positional;
  const mask = m === undefined ? null : expectValue(environment, m, "A binary array");
  if (m === undefined || a === undefined || b === undefined || mask === null) return unknownTyping(level);
  const first = expectValue(environment, a);
  const second = expectValue(environment, b);
  if (first === null || second === null) return unknownTyping(level);
  const space = entrywiseSpace(environment, first, second);
  if (space === null) {
    reportArgument(environment, name, b, describe(environment, a.note.type));
    return unknownTyping(level);
  }
  if (!isNumber(mask) && !isNumber(space) && !sameShape(environment, mask, space)) {
    reportArgument(environment, name, m, describe(environment, { kind: "value", space }));
    return unknownTyping(level);
  }
  if (
    !m.note.facts.some(({ property }) => property === "binary") &&
    sortOf(environment.run, m.note.type) === "array"
  ) {
    reportArgument(environment, name, m, "binary, as `a .< b` is");
    return unknownTyping(level);
  }
  return valueTyping(
    isNumber(space) && !isNumber(mask) ? mask : space,
    level,
    hull(intervalOf(a), intervalOf(b)),
  );
}

/** `stop_gradient(x)`. */
export function checkSame({ environment, args, level }: ArrayCall): Typing {
  const [x] = args.positional;
  const space = x === undefined ? null : expectValue(environment, x);
  if (x === undefined || space === null) return unknownTyping(level);
  return valueTyping(space, level, intervalOf(x), x.note.facts);
}

/** `dot(x, y)` of two values of one space. */
export function checkDot({ environment, name, args, level }: ArrayCall): Typing {
  const [x, y] = args.positional;
  if (x === undefined || y === undefined) return unknownTyping(level);
  if (expectValue(environment, x) === null || expectValue(environment, y) === null)
    return unknownTyping(level);
  const a = resolveType(environment.run, x.note.type);
  const b = resolveType(environment.run, y.note.type);
  const joined = joinTypes(environment, a, b);
  if (joined === null) {
    reportArgument(environment, name, y, describe(environment, a));
    return unknownTyping(level);
  }
  const square = expressionText(x) === expressionText(y);
  const signs = productSigns(intervalOf(x), intervalOf(y));
  return valueTyping(REAL, level, square ? NONNEGATIVE : signs);
}

function productSigns(a: Interval, b: Interval): Interval {
  return a.low >= 0 && b.low >= 0 ? NONNEGATIVE : REALS;
}

/** `sum(x)`, `mean(x)`, `maximum(x)`, `minimum(x)`. */
export function checkReduction(
  { environment, name, args, level }: ArrayCall,
  rule: RuleOf<"reduction">,
): Typing {
  const [x] = args.positional;
  const space = x === undefined ? null : expectValue(environment, x);
  if (x === undefined || space === null) return unknownTyping(level);
  if (rule.ordered && !expectOrder(environment, x, name)) return unknownTyping(level);
  if (isComplex(space)) return typing({ kind: "value", space: numberSpace("complex") }, level);
  if (space.kind === "named" && !expectOrder(environment, x, name)) return unknownTyping(level);
  const interval = intervalOf(x);
  if (!rule.sums) return valueTyping(REAL, level, interval);
  return valueTyping(
    REAL,
    level,
    isWithin(interval, POSITIVE) ? POSITIVE : interval.low >= 0 ? NONNEGATIVE : REALS,
  );
}
