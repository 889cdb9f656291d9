import type { Parameter } from "../ast/tree.ts";
import { from } from "../types/interval.ts";
import { numberSpace, type Space } from "../types/space.ts";
import { UNKNOWN } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { type Environment, report } from "./context.ts";
import { declare } from "./symbols.ts";
import { checkExpression } from "./expression.ts";
import { typing, valueTyping } from "./typed.ts";

/** Declares spaces and sizes of a header. */
export function declareParameters(
  environment: Environment,
  written: readonly Parameter[],
): readonly Parameter<Typed>[] {
  return written.map((parameter): Parameter<Typed> => {
    const { name } = parameter;
    if (parameter.kind === "spaceParameter") {
      const field = parameter.field === "R" ? "real" : parameter.field === "C" ? "complex" : "any";
      const space: Space = { kind: "named", name: name.name, field };
      const symbol = declare(environment, name, { kind: "space", space }, typing(UNKNOWN, 0));
      environment.run.spaces.set(name.name, symbol);
      return { ...parameter, declaration: symbol };
    }
    const initial = parameter.initial === null ? null : checkExpression(environment, parameter.initial);
    const value = parameter.initial?.value ?? null;
    if (parameter.initial !== null && value !== null && value < 1) {
      const args = { setting: name.name, actual: parameter.initial.text, wanted: "[1, inf)" };
      report(environment, diagnose("IPX3205", parameter.initial.span, args));
    }
    if (value !== null) environment.run.sizes[name.name] = value;
    const note = valueTyping(numberSpace("int"), 0, from(1));
    const symbol = declare(environment, name, { kind: "size", initial: value }, note);
    const number = initial?.kind === "number" ? initial : null;
    return { ...parameter, initial: number, declaration: symbol };
  });
}
