import type { Draw } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { between, type Interval, NONNEGATIVE, REALS } from "../../types/interval.ts";
import { REAL, type Space } from "../../types/space.ts";
import { type Type, UNKNOWN, valueType } from "../../types/type.ts";
import type { Expression } from "../../ast/tree.ts";
import type { Typed } from "../../types/typing.ts";
import { suits } from "../calls/functions.ts";
import { awaitRead, type Environment, report } from "../context.ts";
import { describe } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { sizeOf } from "../sizes.ts";
import { declare } from "../symbols.ts";
import { intervalOf, resolveType, typing, valueTyping } from "../typed.ts";
import { checkType } from "../writtenTypes.ts";

/** `draw i from index(m)`, `draw e : T from normal`: constant for gradients, of stage 4 in the step, 3 as a member. */
export function checkDraw(environment: Environment, statement: Draw): Draw<Typed> {
  const written = statement.type === null ? null : checkType(environment, statement.type);
  const distribution = checkExpression(environment, statement.distribution);
  const type = drawnType(environment, distribution, written?.type ?? null);
  const level = environment.place === "step" ? 4 : 3;
  const note =
    type.kind === "value" ? valueTyping(type.space, level, rangeOf(distribution)) : typing(type, level);
  const symbol = declare(environment, statement.name, { kind: "draw", declaration: statement }, note);
  awaitRead(environment, symbol);
  const count = countOf(environment, distribution);
  if (count !== null) environment.run.knowledge.indexCounts.set(symbol, count);
  return { ...statement, type: written?.tree ?? null, distribution, declaration: symbol };
}

function drawnType(environment: Environment, distribution: Expression<Typed>, written: Type | null): Type {
  const type = resolveType(environment.run, distribution.note.type);
  if (type.kind === "unknown") return UNKNOWN;
  if (type.kind !== "distribution") {
    const what = describe(environment, type);
    report(environment, diagnose("IPX5008", distribution.span, { what, hint: null }));
    return UNKNOWN;
  }
  const own: Space | null = type.space;
  if (own === null) {
    if (written === null) return valueType(REAL);
    if (written.kind === "value" || written.kind === "unknown") return written;
    report(
      environment,
      diagnose("IPX2015", distribution.span, {
        wanted: "A value",
        actual: describe(environment, written),
        hint: null,
      }),
    );
    return UNKNOWN;
  }
  if (written !== null && !suits(environment, valueType(own), written)) {
    const args = {
      wanted: describe(environment, written),
      actual: describe(environment, valueType(own)),
      hint: null,
    };
    report(environment, diagnose("IPX2015", distribution.span, args));
    return UNKNOWN;
  }
  return valueType(own);
}

function rangeOf(distribution: Expression<Typed>): Interval {
  if (distribution.kind === "name") return distribution.name === "rademacher" ? between(-1, 1) : REALS;
  if (distribution.kind !== "call" || distribution.call.kind !== "library") return REALS;
  const { call } = distribution;
  if (call.name === "index" || call.name === "batch") return NONNEGATIVE;
  const [a, b] = call.arguments;
  return a === undefined || b === undefined ? REALS : between(intervalOf(a).low, intervalOf(b).high);
}

/** How many values an index can have. */
function countOf(environment: Environment, distribution: Expression<Typed>): ReturnType<typeof sizeOf> {
  if (distribution.kind !== "call" || distribution.call.kind !== "library") return null;
  const { call } = distribution;
  const [m] = call.arguments;
  if (m === undefined || (call.name !== "index" && call.name !== "batch")) return null;
  return sizeOf(environment.run.knowledge, m);
}
