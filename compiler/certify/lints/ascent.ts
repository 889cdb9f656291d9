import { statementsIn } from "../../ast/statements.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Symbol } from "../../types/typing.ts";

/** IPX7005: the last update of a state goes along the gradient, and not against it. */
export function ascent(program: CheckedProgram, state: Symbol): Diagnostic | null {
  const statements = program.step === null ? [] : statementsIn(program.step.body);
  const updates = statements.flatMap((each) =>
    each.kind === "update" && each.reference.kind === "symbol" && each.reference.symbol === state
      ? [each]
      : [],
  );
  const last = updates.at(-1);
  return last === undefined ? null : diagnose("IPX7005", last.value.span, { state: state.name });
}
