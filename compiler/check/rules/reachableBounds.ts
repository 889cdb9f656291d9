import { NotDifferentiable } from "../../differentiate/notDifferentiable.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { Limitation, UnreachableBound } from "../../lower/limitation.ts";
import { lowerProgram } from "../../lower/program/program.ts";
import type { Fact } from "../../types/property.ts";
import { expressionText } from "../expressionText.ts";
import type { CheckedProgram } from "../program.ts";

const BOUNDED: ReadonlySet<Fact["property"]> = new Set([
  "lipschitz",
  "residual_lipschitz",
  "nonexpansive",
] as const);

/**
 * IPX3310 for the first learned network that does not have the Lipschitz constant that it is declared with, whatever
 * its weights. Other limits of lowering are for the compiler to tell.
 */
export function unreachableBounds(program: CheckedProgram): readonly Diagnostic[] {
  const bounded = program.learnables.some(
    ({ type, declaration }) =>
      type.kind === "netType" &&
      symbolOf(declaration).typing.facts.some(({ property }) => BOUNDED.has(property)),
  );
  if (!bounded) return [];
  try {
    lowerProgram(program, "", null);
    return [];
  } catch (error) {
    if (error instanceof UnreachableBound) return reported(program, error);
    if (error instanceof Limitation || error instanceof NotDifferentiable) return [];
    throw error;
  }
}

function reported(
  { learnables }: CheckedProgram,
  { fact, least, span }: UnreachableBound,
): readonly Diagnostic[] {
  const learn = learnables.find((each) => each.span === span);
  if (learn === undefined) return [];
  const [declared] = fact.evidence;
  const constant = Number(least.toPrecision(4));
  const { name } = learn.name;
  const hint =
    fact.property === "residual_lipschitz"
      ? `With weights that are 0, \`${name}\` - I has the constant ${constant}. Put \`residual(...)\` around the layers, so that they are what is added to the input.`
      : `With weights that are 0, \`${name}\` has the constant ${constant}. Leave out what adds the input, such as \`residual(...)\`, or declare \`with residual_lipschitz <= 0.9\`.`;
  const args = { property: fact.property, layer: expressionText(learn.initial), hint };
  return [diagnose("IPX3310", learn.initial.span, args, declared === undefined ? {} : { declared })];
}
