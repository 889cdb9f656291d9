import type { Expression, Identifier, Type as WrittenType } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { plainInterval } from "../../lower/program/ranges.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import type { Instance } from "./instance.ts";
import { weightsOfProgram } from "./weights.ts";

/** The program whose weights a network gives: P of `net D -> weights(P)`; null for any other type. */
export function programOfWeights(type: WrittenType): Identifier | null {
  return type.kind === "netType" && type.codomain.kind === "namedType" ? type.codomain.argument : null;
}

/**
 * `weights(P)`, from which the weights begin that a network gives; null where it gives none. Reports what P learns in a
 * set that such a network does not keep.
 */
export function checkWeightsGiven(environment: Environment, type: WrittenType): Expression<Typed> | null {
  const name = programOfWeights(type);
  if (name === null) return null;
  const quiet: Environment = { ...environment, silent: true };
  const weights = weightsOfProgram(quiet, name, type.span);
  if (weights === null) return null;
  reportNotKept(environment, name, weights.instance);
  return weights.expression;
}

/** IPX3311: intervals with plain numbers are kept by softplus or a sigmoid, all else that P declares is not. */
function reportNotKept(
  environment: Environment,
  program: Identifier,
  { program: { learnables } }: Instance,
): void {
  for (const learn of learnables) {
    const { facts } = symbolOf(learn.declaration).typing;
    const bounds = "bounds" in learn.type ? learn.type.bounds : null;
    const [fact] = facts;
    const why =
      fact !== undefined
        ? `is kept \`${fact.property}\``
        : bounds === null || plainInterval(bounds) !== null
          ? null
          : bounds.kind === "set"
            ? "is kept in a set"
            : "has an interval with computed ends";
    if (why === null) continue;
    const args = { program: program.name, learned: learn.name.name, why };
    report(environment, diagnose("IPX3311", program.span, args));
  }
}
