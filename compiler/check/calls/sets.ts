import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { SET_NAMES } from "../../library/names.ts";
import type { SettingRules } from "../../library/signature.ts";
import { NONNEGATIVE } from "../../types/interval.ts";
import { isNumber, type Space, spaceText } from "../../types/space.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, latest, report } from "../context.ts";
import { describe, expectOrder, expectRealNumber, expectValue, fits } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { named } from "../references.ts";
import { checkDomain, checkOrdered } from "../rules/requirements.ts";
import { entrywiseSpace } from "../products.ts";
import { resolveType, typing, unknownTyping } from "../typed.ts";
import { checkInnerSolve } from "./innerSolve.ts";
import { checkArguments } from "./arguments.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Name = Extract<Expression, { kind: "name" }>;
type SetName = (typeof SET_NAMES)[number];

/** What a set is made of: its bounds, a radius, a normal with its offset, an operator with its right side. */
interface SetRule {
  readonly parameters: readonly string[];
  readonly settings: SettingRules;
  /** the space that the arguments fix; null where all spaces do; undefined after a diagnostic */
  readonly space: (site: SetSite) => Space | null | undefined;
}

interface SetSite {
  readonly environment: Environment;
  readonly callee: string;
  readonly arguments: readonly Expression<Typed>[];
}

const ANY_SPACE = (): null => null;
const BALL: SetRule = { parameters: ["r"], settings: {}, space: ofRadius };

const SETS: { readonly [N in SetName]: SetRule } = {
  nonnegative: { parameters: [], settings: {}, space: ANY_SPACE },
  box: { parameters: ["a", "b"], settings: {}, space: betweenBounds },
  ball: BALL,
  ball1: BALL,
  ball_inf: BALL,
  simplex: { parameters: [], settings: {}, space: ANY_SPACE },
  halfspace: { parameters: ["a", "b"], settings: {}, space: besideNormal },
  affine: {
    parameters: ["A", "b"],
    settings: { by: { kind: "method", methods: ["cg"], initial: null } },
    space: solvingSystem,
  },
};

/** A set without brackets: `nonnegative`, `simplex`. */
export function checkSetName(environment: Environment, expression: Name, name: SetName): Expression<Typed> {
  const { parameters } = SETS[name];
  const reference = { kind: "library", name } as const;
  if (parameters.length === 0) return named(expression, reference, typing({ kind: "set", space: null }, 0));
  report(
    environment,
    diagnose("IPX1010", expression.span, { callee: name, parameters, count: 0, atLeast: false }),
  );
  return named(expression, reference, unknownTyping());
}

/** `box(a, b)`, `ball(r)`. */
export function checkSetCall(
  environment: Environment,
  expression: Call,
  callee: Name,
  name: SetName,
): Expression<Typed> {
  const { parameters, settings, space: spaceRule } = SETS[name];
  const rules = { name, parameters, optional: 0, variadic: false, settings };
  const args = checkArguments(environment, rules, callee.span, expression.arguments, (argument) =>
    checkExpression(environment, argument),
  );
  const level = latest(...args.positional.map((argument) => argument.note.level));
  const isSound = args.sound && checkInnerSolve(environment, args.settings["by"], callee.span);
  const space = isSound ? spaceRule({ environment, callee: name, arguments: args.positional }) : undefined;
  const note = space === undefined ? unknownTyping(level) : typing({ kind: "set", space }, level);
  const call = {
    kind: "library",
    name,
    arguments: args.positional,
    settings: args.settings,
    operator: null,
  } as const;
  const typedCallee = named(callee, { kind: "library", name }, unknownTyping());
  return { ...expression, callee: typedCallee, arguments: args.tree, call, note };
}

function betweenBounds({ environment, callee, arguments: bounds }: SetSite): Space | null | undefined {
  let space: Space | null = null;
  for (const bound of bounds) {
    const own = expectValue(environment, bound, "A number or an array");
    if (own === null || !expectOrder(environment, bound, "box")) return undefined;
    if (isNumber(own)) continue;
    const joined: Space | null = space === null ? own : entrywiseSpace(environment, space, own);
    if (joined === null) return undefined;
    space = joined;
  }
  const [low, high] = bounds;
  if (low === undefined || high === undefined) return undefined;
  return checkOrdered(environment, callee, low, high) ? space : undefined;
}

function ofRadius({ environment, arguments: [radius] }: SetSite): null | undefined {
  if (radius === undefined || !isNumberHere(environment, radius)) return undefined;
  return checkDomain(environment, "r", radius, NONNEGATIVE) ? null : undefined;
}

function isNumberHere(environment: Environment, value: Expression<Typed>): boolean {
  return expectRealNumber(environment, value).note.type.kind !== "unknown";
}

/** dot(a, x) <= b: on the space of a. */
function besideNormal(site: SetSite): Space | undefined {
  const [normal, offset] = site.arguments;
  if (normal === undefined || offset === undefined) return undefined;
  const space = expectValue(site.environment, normal, "An array");
  if (space === null || !isNumberHere(site.environment, offset)) return undefined;
  return space;
}

/** A x = b: on the domain of A. */
function solvingSystem({ environment, callee, arguments: [A, b] }: SetSite): Space | undefined {
  if (A === undefined || b === undefined) return undefined;
  const type = resolveType(environment.run, A.note.type);
  const right = resolveType(environment.run, b.note.type);
  if (type.kind === "unknown" || right.kind === "unknown") return undefined;
  const refuse = (at: Expression<Typed>, parameter: string, wanted: string): undefined => {
    const actual = describe(environment, at.note.type);
    report(environment, diagnose("IPX2008", at.span, { callee, parameter, wanted, actual }));
  };
  if (type.kind !== "operator") return refuse(A, "A", "a linear operator");
  if (!fits(environment, right, type.codomain)) return refuse(b, "b", spaceText(type.codomain));
  return type.domain;
}
