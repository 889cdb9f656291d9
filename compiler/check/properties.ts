import type { Property } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Expression } from "../ast/tree.ts";
import { isOrthonormal } from "../library/calculus/closedProx.ts";
import { isWithin, NONNEGATIVE } from "../types/interval.ts";
import type { Fact, PropertyName } from "../types/property.ts";
import { isNumber } from "../types/space.ts";
import type { Type } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, report } from "./context.ts";
import { describe, expectRealNumber } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { definiteness } from "./rules/definite.ts";
import { provedNorm } from "./rules/norms.ts";
import { nearest } from "../diagnostics/suggestion.ts";
import { resolveType } from "./typed.ts";

type Owner = "operators" | "arrays" | "maps" | "functions" | "intervals of states" | "what is learned";

interface PropertyRule {
  readonly of: readonly Owner[];
  readonly bound: "<=" | ">=" | null;
}

/** What each property is of, and whether it has a bound; the table of the reference, section 3. */
const RULES: { readonly [P in PropertyName]: PropertyRule } = {
  norm: { of: ["operators"], bound: "<=" },
  nonnegative: { of: ["operators", "arrays"], bound: null },
  orthonormal: { of: ["operators"], bound: null },
  symmetric: { of: ["operators"], bound: null },
  positive: { of: ["operators"], bound: null },
  unit_columns: { of: ["operators"], bound: null },
  binary: { of: ["arrays"], bound: null },
  lipschitz: { of: ["maps"], bound: "<=" },
  nonexpansive: { of: ["maps"], bound: null },
  averaged: { of: ["maps"], bound: "<=" },
  residual_lipschitz: { of: ["maps"], bound: "<=" },
  monotone: { of: ["maps"], bound: null },
  convex: { of: ["functions"], bound: null },
  smooth: { of: ["functions"], bound: null },
  proximable: { of: ["functions"], bound: null },
  separable: { of: ["functions"], bound: null },
  strongly_convex: { of: ["functions"], bound: ">=" },
  assumed: { of: ["intervals of states"], bound: null },
  zero_mean: { of: ["what is learned"], bound: null },
  unit_norm: { of: ["what is learned"], bound: null },
};

/** Whose properties they are, and how far they can be trusted. */
export interface PropertyOwner {
  readonly type: Type;
  readonly isState: boolean;
  /** `given` and `input` assume, `learn` keeps by construction, `let` asserts of this expression */
  readonly asserts: Expression<Typed> | null;
  readonly provenance: Fact["provenance"];
  readonly span: Property["span"];
  /** where the declaration ends and `with` may begin */
  readonly end: number;
}

/** Checks the properties of a declaration. */
export function checkProperties(
  environment: Environment,
  properties: readonly Property[],
  owner: PropertyOwner,
): { readonly trees: readonly Property<Typed>[]; readonly facts: readonly Fact[] } {
  const trees: Property<Typed>[] = [];
  const facts: Fact[] = [];
  for (const property of properties) {
    const bound =
      property.bound === null
        ? null
        : expectRealNumber(environment, checkExpression(environment, property.bound));
    trees.push({ ...property, bound });
    const fact = checkProperty(environment, property, bound, owner);
    if (fact !== null) facts.push(fact);
  }
  return { trees, facts };
}

function checkProperty(
  environment: Environment,
  property: Property,
  bound: Expression<Typed> | null,
  owner: PropertyOwner,
): Fact | null {
  const { name, span } = property.name;
  if (!isProperty(name)) {
    const suggestion = nearest(name, Object.keys(RULES));
    const edits = suggestion === null ? [] : [{ span, newText: suggestion }];
    report(environment, diagnose("IPX1019", span, { property: name, suggestion }, {}, edits));
    return null;
  }
  const rule = RULES[name];
  if (!isOf(environment, owner, rule.of)) {
    const of = rule.of.join(" and ");
    const actual = describe(environment, owner.type);
    if (owner.type.kind !== "unknown") {
      report(
        environment,
        diagnose("IPX3302", property.span, { property: name, of, actual }, { declared: owner.span }),
      );
    }
    return null;
  }
  if (!boundFits(environment, property, rule)) return null;
  const value = bound?.note.interval ?? null;
  const exact = value !== null && value.low === value.high ? value.low : null;
  const fact: Fact = {
    property: name,
    bound: exact,
    provenance: owner.provenance,
    evidence: [withKeyword(property, owner)],
  };
  return owner.asserts === null || proves(environment, owner.asserts, fact, property) ? fact : null;
}

const KEYWORD = " with ".length;

/** The place of a property together with the `with` directly before it. */
function withKeyword(property: Property, owner: PropertyOwner): Property["span"] {
  const { span } = property;
  return span.start - owner.end === KEYWORD ? { ...span, start: owner.end + 1 } : span;
}

function isProperty(name: string): name is PropertyName {
  return Object.hasOwn(RULES, name);
}

function isOf(environment: Environment, owner: PropertyOwner, of: readonly Owner[]): boolean {
  const type = resolveType(environment.run, owner.type);
  if (owner.isState && of.includes("intervals of states")) return true;
  switch (type.kind) {
    case "operator":
      return of.includes("operators");
    case "value":
      if (of.includes("what is learned")) return owner.provenance === "proved" && owner.asserts === null;
      return of.includes("arrays") && !owner.isState;
    case "function":
      return (
        of.includes(isNumber(type.result) ? "functions" : "maps") ||
        (of.includes("maps") && isNumber(type.result))
      );
    default:
      return false;
  }
}

function boundFits(environment: Environment, property: Property, rule: PropertyRule): boolean {
  if (property.comparison === rule.bound && (rule.bound === null) === (property.bound === null)) return true;
  const name = property.name.name;
  const wanted = rule.bound === null ? "" : `${name} ${rule.bound} ...`;
  report(environment, diagnose("IPX3303", property.span, { property: name, wanted }));
  return false;
}

/** Whether what is computed has a property that is asserted of it. */
function proves(environment: Environment, value: Expression<Typed>, fact: Fact, property: Property): boolean {
  if (value.note.type.kind === "unknown" || isProved(environment, value, fact)) return true;
  const needed =
    fact.property === "norm"
      ? "Proved are norms of `fourier`, `wavelet`, `mask`, `gradient` and the like, and their products and sums. " +
        "A bound that you know belongs to a `given` or `input`."
      : "What a `let` asserts must follow from its parts. What you know belongs to a `given` or `input`.";
  report(environment, diagnose("IPX3301", property.span, { property: property.name.name, needed }));
  return false;
}

function isProved(environment: Environment, value: Expression<Typed>, fact: Fact): boolean {
  const { knowledge } = environment.run;
  if (fact.bound === null && value.note.facts.some(({ property }) => property === fact.property)) return true;
  switch (fact.property) {
    case "norm": {
      const norm = provedNorm(knowledge, value);
      return norm !== null && fact.bound !== null && norm <= fact.bound * (1 + 1e-12);
    }
    case "orthonormal":
      return isOrthonormal(value, knowledge.definitions);
    case "symmetric":
    case "positive":
      return definiteness(knowledge, value) !== "unknown";
    case "nonnegative":
      return value.note.interval !== null && isWithin(value.note.interval, NONNEGATIVE);
    default:
      return false;
  }
}
