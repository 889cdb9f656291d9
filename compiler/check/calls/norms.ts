import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { POSITIVE } from "../../types/interval.ts";
import { arraySpace, REAL } from "../../types/space.ts";
import type { Typed, Typing } from "../../types/typing.ts";
import { report } from "../context.ts";
import { describe } from "../expectations.ts";
import { expressionText } from "../expressionText.ts";
import { findCurvatureObstacle } from "../rules/networkCurvature.ts";
import { lipschitzLevel, normLevel } from "../rules/lipschitzLevel.ts";
import { resolveType, sortOf, unknownTyping, valueTyping } from "../typed.ts";
import type { ArrayCall } from "./arrays.ts";

/** `norm(A)` of a linear operator. */
export function checkOperatorNorm(call: ArrayCall): Typing {
  const { environment, args, level } = call;
  const [of] = args.positional;
  if (of === undefined) return unknownTyping(level);
  const type = resolveType(environment.run, of.note.type);
  if (type.kind === "unknown") return unknownTyping(level);
  if (type.kind === "operator") {
    return valueTyping(REAL, normLevel(environment.run.knowledge, of), POSITIVE);
  }
  refuse(call, of);
  return unknownTyping(level);
}

function refuse(call: ArrayCall, of: Expression<Typed>): void {
  const { environment, callee } = call;
  const sort = sortOf(environment.run, of.note.type);
  const instead =
    sort === "array"
      ? `norm2(${expressionText(of)})`
      : sort === "function"
        ? `lip(${expressionText(of)})`
        : null;
  const whole = { ...callee.span, end: of.span.end + 1 };
  const edits = instead === null ? [] : [{ span: whole, newText: instead }];
  const actual = describe(environment, of.note.type);
  report(environment, diagnose("IPX3005", of.span, { callee: callee.name, actual, instead }, {}, edits));
}

/** `lip(M)` of a map. */
export function checkLipschitz(call: ArrayCall): Typing {
  const { environment, args, callee, level } = call;
  const [of] = args.positional;
  if (of === undefined) return unknownTyping(level);
  const type = resolveType(environment.run, of.note.type);
  if (type.kind === "unknown") return unknownTyping(level);
  if (type.kind === "operator") {
    const span = { ...callee.span, end: of.span.end + 1 };
    const operator = expressionText(of);
    const smoothTerm = smoothTermOf(call, operator);
    const edits = [{ span, newText: `norm(${operator})` }];
    report(environment, diagnose("IPX3004", span, { operator, smoothTerm }, {}, edits));
    return unknownTyping(level);
  }
  if (type.kind !== "function") {
    refuse(call, of);
    return unknownTyping(level);
  }
  const obstacle = of.kind === "gradient" ? findCurvatureObstacle(environment.run.knowledge, of.of) : null;
  if (obstacle !== null) {
    const { network, part, span } = obstacle;
    report(environment, diagnose("IPX3312", span, { network, part }, { asked: callee.span }));
  }
  return valueTyping(REAL, lipschitzLevel(environment.run.knowledge, of), POSITIVE);
}

/** A function of the program that squares A*x - y, whose gradient was probably meant. */
function smoothTermOf({ environment }: ArrayCall, operator: string): string | null {
  for (const [symbol, definition] of environment.run.knowledge.definitions) {
    if (definition.kind !== "fun" || definition.body.kind === "block") continue;
    const visible = environment.scope.symbols.get(symbol.name) === symbol;
    const text = expressionText(definition.body);
    if (visible && text.includes("norm2sq(") && text.includes(operator)) return symbol.name;
  }
  return null;
}

/** `row_norms(A)`: the 2-norm of each row, positive. */
export function checkRowNorms(call: ArrayCall): Typing {
  const { environment, args, level } = call;
  const [of] = args.positional;
  if (of === undefined) return unknownTyping(level);
  const type = resolveType(environment.run, of.note.type);
  if (type.kind === "unknown") return unknownTyping(level);
  const rows = type.kind === "operator" && type.codomain.kind === "array" ? type.codomain.dimensions : [];
  if (type.kind === "operator" && rows.length > 0) {
    return valueTyping(arraySpace("real", rows), level, POSITIVE);
  }
  const wanted = "an operator with rows, `linear X -> R[m]`";
  const actual = describe(environment, type);
  report(environment, diagnose("IPX2008", of.span, { callee: "row_norms", parameter: "A", wanted, actual }));
  return unknownTyping(level);
}
