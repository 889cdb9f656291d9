import type { Expression, SumOperator } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { difference, type Interval, sum } from "../types/interval.ts";
import { isComplex, type Space } from "../types/space.ts";
import { attempt, joinSpaces, unifySpaces } from "../types/substitution.ts";
import { type Type, UNKNOWN, valueType } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, latest, report } from "./context.ts";
import { describe } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { expressionText } from "./expressionText.ts";
import { checkDotted } from "./products.ts";
import { intervalOf, resolveType, sortOf, typing, valueTyping } from "./typed.ts";

/** `a + b`, `a - b`, and the dotted signs, which repeat a number. */
export function checkSum(
  environment: Environment,
  expression: Extract<Expression, { kind: "sum" }>,
): Expression<Typed> {
  const left = checkExpression(environment, expression.left);
  const right = checkExpression(environment, expression.right);
  const image = expression.operator.endsWith("+") ? sum : difference;
  if (expression.operator === ".+" || expression.operator === ".-") {
    return { ...expression, left, right, note: checkDotted(environment, expression, left, right, image) };
  }
  const type = sumType(environment, expression.operator, left, right);
  const level = latest(left.note.level, right.note.level);
  const note =
    type.kind === "value"
      ? valueTyping(type.space, level, sumInterval(left, right, image))
      : typing(type, level, type.kind === "zero" ? left.note.interval : null);
  return { ...expression, left, right, note };
}

function sumInterval(
  left: Expression<Typed>,
  right: Expression<Typed>,
  image: (a: Interval, b: Interval) => Interval,
): Interval {
  return image(intervalOf(left), intervalOf(right));
}

function sumType(
  environment: Environment,
  operator: SumOperator,
  left: Expression<Typed>,
  right: Expression<Typed>,
): Type {
  const a = resolveType(environment.run, left.note.type);
  const b = resolveType(environment.run, right.note.type);
  if (a.kind === "unknown" || b.kind === "unknown") return UNKNOWN;
  if (a.kind === "zero") return b;
  if (b.kind === "zero") return a;
  const found = joinTypes(environment, a, b);
  if (found !== null) return found;
  reportSum(environment, operator, left, right);
  return UNKNOWN;
}

/** The type of both: of values, operators or functions; null where they do not agree. */
export function joinTypes(environment: Environment, a: Type, b: Type): Type | null {
  if (a.kind === "zero") return b;
  if (b.kind === "zero") return a;
  if (a.kind === "value" && b.kind === "value") {
    const space = joined(environment, a.space, b.space);
    return space && valueType(space);
  }
  if (a.kind === "operator" && b.kind === "operator") {
    return sameSpaces(environment, [a.domain, a.codomain], [b.domain, b.codomain]) ? a : null;
  }
  const f = asMap(a);
  const g = asMap(b);
  if (f === null || g === null || f.higher !== undefined || g.higher !== undefined) return null;
  return sameSpaces(environment, [...f.parameters, f.result], [...g.parameters, g.result]) ? f : null;
}

/** A linear operator is a map where a map is asked for. */
function asMap(type: Type): Extract<Type, { kind: "function" }> | null {
  if (type.kind === "function") return type;
  return type.kind === "operator"
    ? { kind: "function", parameters: [type.domain], result: type.codomain }
    : null;
}

function joined(environment: Environment, a: Space, b: Space): Space | null {
  let space: Space | null = null;
  const { substitution } = environment.run;
  attempt(substitution, () => (space = joinSpaces(substitution, a, b)) !== null);
  return space;
}

function sameSpaces(environment: Environment, a: readonly Space[], b: readonly Space[]): boolean {
  const { substitution } = environment.run;
  return attempt(
    substitution,
    () =>
      a.length === b.length &&
      a.every((space, k) => {
        const other = b[k];
        return other !== undefined && unifySpaces(substitution, space, other);
      }),
  );
}

function reportSum(
  environment: Environment,
  operator: SumOperator,
  left: Expression<Typed>,
  right: Expression<Typed>,
): void {
  const sorts = [sortOf(environment.run, left.note.type), sortOf(environment.run, right.note.type)];
  if (sorts.includes("number") && sorts.includes("array")) {
    const corrected = `${expressionText(left)} .${operator} ${expressionText(right)}`;
    const span = { ...left.span, start: left.span.end, end: right.span.start };
    report(
      environment,
      diagnose("IPX2003", sorts[0] === "number" ? left.span : right.span, { sign: operator, corrected }, {}, [
        { span, newText: ` .${operator} ` },
      ]),
    );
    return;
  }
  const args = {
    left: describe(environment, left.note.type),
    right: describe(environment, right.note.type),
    hint: sumHint(environment, left, right),
  };
  report(environment, diagnose("IPX2001", right.span, args, { left: left.span }));
}

function sumHint(environment: Environment, left: Expression<Typed>, right: Expression<Typed>): string | null {
  const a = resolveType(environment.run, left.note.type);
  const b = resolveType(environment.run, right.note.type);
  for (const [operator, value] of [
    [a, b],
    [b, a],
  ] as const) {
    if (operator.kind === "operator" && value.kind === "value") {
      return "An operator and a value: is a factor missing, as in `A*x`? The identity is `I`.";
    }
  }
  if (a.kind === "value" && b.kind === "value" && isComplex(a.space) !== isComplex(b.space)) return null;
  return null;
}
