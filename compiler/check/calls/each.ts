import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { name as nameDimension, type Dimension } from "../../types/dimension.ts";
import type { Fact, PropertyName } from "../../types/property.ts";
import { instantiate, type SchemeLetters } from "../../types/scheme.ts";
import type { Space } from "../../types/space.ts";
import { attempt, resolveSpace, unifySpaces } from "../../types/substitution.ts";
import type { Type } from "../../types/type.ts";
import type { Typed, Typing } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { describe } from "../expectations.ts";
import { resolveType, typing, unknownTyping } from "../typed.ts";
import type { ArrayCall } from "./arrays.ts";
import type { CallResult } from "./unknown.ts";

/** What holds of a map or an operator on each slice, with the same constant, if it holds of it. */
const KEPT: ReadonlySet<PropertyName> = new Set([
  "norm",
  "nonnegative",
  "orthonormal",
  "symmetric",
  "positive",
  "unit_columns",
  "lipschitz",
  "nonexpansive",
  "averaged",
  "residual_lipschitz",
  "monotone",
]);

/** `each(f)`: f : F[d] -> G[e], an operator, a function or a network, as F[d, c] -> G[e, c]. */
export function checkEach({ environment, args, callee, level }: ArrayCall): CallResult {
  const [of] = args.positional;
  const failed: CallResult = { call: { kind: "unknown" }, note: unknownTyping(level) };
  if (of === undefined) return failed;
  const type = resolveType(environment.run, of.note.type);
  if (type.kind === "unknown") return failed;
  const key = `${callee.span.start}-${callee.span.end}`;
  const lifted = liftedType(environment, type, key);
  if (lifted === null) {
    const wanted = "an operator, a function or a network between arrays";
    const actual = describe(environment, type);
    report(environment, diagnose("IPX2008", of.span, { callee: "each", parameter: "f", wanted, actual }));
    return failed;
  }
  const operator = lifted.kind === "operator" ? { domain: lifted.domain, codomain: lifted.codomain } : null;
  const call = { kind: "library", name: "each", arguments: [of], settings: {}, operator } as const;
  return { call, note: noteOf(of, lifted, level) };
}

function noteOf(of: Expression<Typed>, type: Type, level: Typing["level"]): Typing {
  const facts: readonly Fact[] = of.note.facts.filter(({ property }) => KEPT.has(property));
  return typing(type, level, null, facts);
}

function liftedType(environment: Environment, type: Type, key: string): Type | null {
  const count = nameDimension(`?${key}:c`);
  const lift = (space: Space, index: number): Space | null =>
    liftedSpace(environment, space, count, { key: `${key}.${index}`, known: new Map() });
  if (type.kind === "operator") {
    const [domain, codomain] = [lift(type.domain, 0), lift(type.codomain, 1)];
    return domain === null || codomain === null ? null : { kind: "operator", domain, codomain };
  }
  if (type.kind !== "function" || type.higher !== undefined) return null;
  const parameters = type.parameters.map(lift).filter((space) => space !== null);
  const result = lift(type.result, type.parameters.length);
  if (parameters.length < type.parameters.length || result === null) return null;
  return { kind: "function", parameters, result };
}

/** A space of arrays with one more axis; null for what is none. */
function liftedSpace(
  { run: { substitution } }: Environment,
  space: Space,
  count: Dimension,
  letters: SchemeLetters,
): Space | null {
  const open = resolveSpace(substitution, space);
  const arrays = instantiate("F[d..]", letters);
  if (open.kind === "named" && !attempt(substitution, () => unifySpaces(substitution, open, arrays)))
    return null;
  const array = resolveSpace(substitution, space);
  return array.kind === "array" ? { ...array, dimensions: [...array.dimensions, count] } : null;
}
