import { statementsIn } from "../../ast/statements.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { FormTerm } from "../../library/calculus/form.ts";
import { witnessValue } from "../scalar/bounds.ts";
import type { Scalar } from "../scalar/polynomial.ts";
import { type Combination, PLACEHOLDER } from "../symbolic/combination.ts";
import { convexOf } from "../symbolic/convex.ts";
import { valueOfForm } from "../symbolic/functions.ts";
import type { NormalStep } from "../symbolic/step.ts";
import type { Verdict } from "../verdict.ts";
import type { DualBlock, PrimalDual } from "./chambollePock.ts";

/**
 * A Chambolle-Pock step with one given operator that diverges near its saddle point. On a singular vector with
 * singular value |K| the step is r^2 - (1 + d - 2 d c) r + d (1 - c) = 0 with c = tau sigma |K|^2, where the prox of
 * the dual is p -> d p + const: d = 1 inside the ball of a norm, d = 1/(1 + sigma/(2 w)) for w |. - b|^2. A root lies
 * beyond -1 for c > (2 + 2 d)/(3 d), which is 4/3 for d = 1. Below that there may be convergence: no answer.
 */
export function refutedPrimalDual(
  step: NormalStep,
  program: CheckedProgram,
  read: PrimalDual,
  product: Scalar,
): Verdict | null {
  const [block, ...others] = read.blocks;
  if (block?.leaf == null || others.length > 0 || read.prox !== null || read.lipschitz.terms.size > 0)
    return null;
  const { leaf } = block;
  const given = [...program.givens, ...program.inputs].find((each) => each.name.name === leaf.key);
  const c = witnessValue(step.context.unknowns, product);
  const damping = dampingOf(step, block);
  if (given === undefined || c === null || damping === null) return null;
  if (witnessValue(step.context.unknowns, leaf.norm) === null || c <= (2 + 2 * damping) / (3 * damping))
    return null;
  const facts = symbolOf(given.declaration).typing.facts;
  const bound = facts.find(({ property }) => property === "norm")?.evidence[0] ?? null;
  const updates = program.step === null ? [] : statementsIn(program.step.body);
  const [place] = updates.flatMap((statement) =>
    statement.kind === "update" && statement.value.kind === "call" && statement.value.call.kind === "prox"
      ? [statement.value.span]
      : [],
  );
  const shown = String(Number(c.toPrecision(4)));
  return {
    kind: "refuted",
    algorithm: "Chambolle-Pock",
    statement: `tau*sigma*|K|^2 = ${shown}: an operator of exactly the declared norm makes the step diverge`,
    diagnostic: diagnose(
      "IPX7004",
      place ?? program.tree.name.span,
      { product: shown, norm: `norm(${leaf.key})` },
      { bound },
    ),
  };
}

/** d, where the step does not begin at its saddle point: the function must have data in it. */
function dampingOf(step: NormalStep, { atom, step: sigma }: DualBlock): number | null {
  const [term, ...others] = atom.of.terms;
  if (term?.atom.kind !== "library" || others.length > 0 || !hasData(term)) return null;
  const { name } = term.atom;
  if (name === "norm1" || name === "norm2" || name === "norm21") return 1;
  if (name !== "norm2sq") return null;
  const value = valueOfForm(step.context, atom.of, PLACEHOLDER);
  const weight = value && weightOf(convexOf(step.context, value)?.gradient ?? null);
  const w = weight === null ? null : witnessValue(step.context.unknowns, weight);
  const s = witnessValue(step.context.unknowns, sigma);
  return w === null || s === null ? null : 1 / (1 + s / w);
}

/** Whether a function is h(x - b) with data b, and no operator in it. */
function hasData(term: FormTerm): boolean {
  return term.links.length > 0 && term.links.every((link) => link.kind === "shift");
}

/** 2 w of w |. - b|^2, from its gradient. */
function weightOf(gradient: Combination | null): Scalar | null {
  const part = gradient?.parts.get([...PLACEHOLDER.parts.keys()][0] ?? "");
  return part?.weight ?? null;
}
