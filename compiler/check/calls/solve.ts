import { diagnose } from "../../diagnostics/diagnose.ts";
import { NONNEGATIVE } from "../../types/interval.ts";
import { REAL, spaceText } from "../../types/space.ts";
import { attempt, fitSpace, resolveSpace, unifySpaces } from "../../types/substitution.ts";
import type { Typing } from "../../types/typing.ts";
import { report } from "../context.ts";
import { describe, expectValue, fits } from "../expectations.ts";
import { checkDefinite } from "../rules/definite.ts";
import { resolveType, unknownTyping, valueTyping } from "../typed.ts";
import type { ArrayCall } from "./arrays.ts";
import { checkInnerSolve } from "./innerSolve.ts";

/** `solve(M, b, by = cg(...), start = x)` for a definite M on the space of b. */
export function checkSolve(call: ArrayCall): Typing {
  const { environment, args, level } = call;
  const [M, b] = args.positional;
  if (M === undefined || b === undefined) return unknownTyping(level);
  const operator = resolveType(environment.run, M.note.type);
  const value = resolveType(environment.run, b.note.type);
  if (operator.kind === "unknown" || value.kind === "unknown") return unknownTyping(level);
  const { substitution } = environment.run;
  if (
    operator.kind !== "operator" ||
    !attempt(substitution, () => unifySpaces(substitution, operator.domain, operator.codomain))
  ) {
    const wanted = "a linear operator from a space to itself";
    const actual = describe(environment, operator);
    report(environment, diagnose("IPX2008", M.span, { callee: "solve", parameter: "M", wanted, actual }));
    return unknownTyping(level);
  }
  const space = resolveSpace(substitution, operator.domain);
  for (const [parameter, given] of [
    ["b", b],
    ["start", args.values["start"]],
  ] as const) {
    if (given === undefined || fits(environment, resolveType(environment.run, given.note.type), space))
      continue;
    const actual = describe(environment, given.note.type);
    const wanted = spaceText(space);
    report(environment, diagnose("IPX2008", given.span, { callee: "solve", parameter, wanted, actual }));
    return unknownTyping(level);
  }
  const isKnown = checkInnerSolve(environment, args.settings["by"], call.callee.span);
  if (!checkDefinite(environment, M) || !isKnown) return unknownTyping(level);
  if (value.kind === "value") attempt(substitution, () => fitSpace(substitution, value.space, space));
  return valueTyping(resolveSpace(substitution, space), level);
}

/** `change(x)`, in `until` only. */
export function checkChange({ environment, args, callee, level }: ArrayCall): Typing {
  const [x] = args.positional;
  if (environment.place !== "until") {
    report(environment, diagnose("IPX5010", callee.span, { name: "change" }));
    return unknownTyping(level);
  }
  if (x === undefined || expectValue(environment, x, "A state") === null) return unknownTyping(level);
  return valueTyping(REAL, 4, NONNEGATIVE);
}
