import type { Certificate } from "../../runtime/program/definition.ts";
import type { CheckedProgram } from "../check/program.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { type Diagnostic, withSeverity } from "../diagnostics/diagnostic.ts";
import { unlessTooLarge } from "./budget.ts";
import { innerSolvesOf, isTight, looseness, reaches } from "./innerSolves.ts";
import { lineSearches } from "./lints/lineSearch.ts";
import { agreement, difference } from "./objective.ts";
import { admm } from "./rules/admm.ts";
import { chambollePock } from "./rules/chambollePock.ts";
import { directionRelaxation } from "./rules/directionRelaxation.ts";
import { douglasRachford } from "./rules/douglasRachford.ts";
import { fista } from "./rules/fista.ts";
import { forwardBackward } from "./rules/forwardBackward.ts";
import { gradientAscent } from "./rules/gradientAscent.ts";
import { networkGradient } from "./rules/networkGradient.ts";
import { networkProx } from "./rules/networkProx.ts";
import { proximalBacktracking } from "./rules/proximalBacktracking.ts";
import { obstructionOf } from "./rules/obstruction.ts";
import { notFound } from "./rules/steps.ts";
import { scaledGradientProjection } from "./rules/scaledGradientProjection.ts";
import { withoutImages } from "./symbolic/slice.ts";
import { type NormalStep, normalStep } from "./symbolic/step.ts";
import type { CertificateRule, Minimised, Verdict } from "./verdict.ts";

/** The algorithms that are recognised by what they compute, not by their names. The first that speaks is heard. */
const RULES: readonly CertificateRule[] = [
  douglasRachford,
  forwardBackward,
  proximalBacktracking,
  networkGradient,
  networkProx,
  fista,
  admm,
  chambollePock,
  directionRelaxation,
  scaledGradientProjection,
  gradientAscent,
];

export interface Certified {
  readonly certificate: Certificate | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** What can be said of a program's convergence, where `converge` or `equilibrium` asks for it. */
export function certify(program: CheckedProgram): Certified {
  const asking = program.targets.filter(
    ({ target, proof }) => (target.kind === "solver" || target.kind === "equilibrium") && proof !== "none",
  );
  if (program.step === null || asking.length === 0) return { certificate: null, diagnostics: [] };
  const required = asking.some(({ proof }) => proof === "required");
  const answer = answerOf(program);
  const searches = lineSearches(program);
  const found = answer.verdict.kind === "not_found" && searches.length > 0 ? searches : answer.diagnostics;
  const raised = (each: Diagnostic): Diagnostic =>
    required && each.severity === "warning" ? withSeverity(each, "error") : each;
  return { certificate: certificateOf(answer.verdict), diagnostics: found.map(raised) };
}

interface Answer {
  readonly verdict: Verdict;
  readonly diagnostics: readonly Diagnostic[];
}

function answerOf(program: CheckedProgram): Answer {
  return unlessTooLarge(
    () => answerOfRules(program),
    () => reported(program, unknownStep("the step is too long for the rules")),
  );
}

function answerOfRules(program: CheckedProgram): Answer {
  const step = normalStep(program);
  if ("reason" in step) return reported(program, unknownStep(step.reason));
  const verdict = recognised(step, program);
  return verdict === null
    ? reported(program, unknownStep(obstructionOf(withoutImages(step))))
    : held(step, program, verdict);
}

/** What the first rule that speaks says: of the step, or of the step without states that feed nothing. */
function recognised(step: NormalStep, program: CheckedProgram): Verdict | null {
  const sliced = withoutImages(step);
  return byRules(step, program) ?? (sliced === step ? null : byRules(sliced, program));
}

function byRules(step: NormalStep, program: CheckedProgram): Verdict | null {
  for (const rule of RULES) {
    const verdict = rule.recognise(step, program);
    if (verdict !== null) return verdict;
  }
  return null;
}

function unknownStep(obstruction: string): Verdict {
  return { kind: "not_found", algorithm: null, obstruction };
}

/** Where a step minimises the declared objective: whatever is learned, before training only, or not even then. */
type Agreement = ReturnType<typeof agreement> | "initially";

function agreementOf(step: NormalStep, program: CheckedProgram, minimises: Minimised | null): Agreement {
  const agrees = agreement(step, program, minimises);
  if (agrees !== "different" || program.learnables.length === 0) return agrees;
  const initial = normalStep(program, "initial");
  const verdict = "reason" in initial ? null : recognised(initial, program);
  if ("reason" in initial || verdict?.kind !== "proved") return agrees;
  return agreement(initial, program, verdict.minimises) === "same" ? "initially" : agrees;
}

/** What a proof says of the limit, by what it is about. */
const LIMITS: { readonly [A in Agreement]: { readonly iterates: string; readonly values: string } } = {
  same: { iterates: " to a minimiser of the objective, if there is one", values: "; F is the objective" },
  initially: {
    iterates:
      " to a fixed point, if there is one: with the initial values of what is learned, a minimiser of the objective",
    values: "; F is the objective with the initial values of what is learned",
  },
  different: { iterates: " to a fixed point, if there is one", values: "" },
  unclear: { iterates: " to a fixed point, if there is one", values: "" },
};

/** A proof, completed by what the limit is for the declared objective. */
function held(step: NormalStep, program: CheckedProgram, verdict: Verdict): Answer {
  if (verdict.kind !== "proved") return reported(program, verdict);
  const solves = innerSolvesOf(program);
  const loose = solves.find((solve) => !isTight(solve));
  if (loose !== undefined) {
    return reported(program, notFound(verdict.algorithm, looseness(loose)));
  }
  const conditions = [...verdict.conditions, ...solves.map(reaches)];
  const agrees = unlessTooLarge<Agreement>(
    () => agreementOf(step, program, verdict.minimises),
    () => "unclear",
  );
  const statement = `${verdict.statement}${LIMITS[agrees][verdict.about]}`;
  const answer = reported(program, { ...verdict, statement, conditions });
  if (agrees !== "different" || program.objective === null) return answer;
  const { algorithm, minimises } = verdict;
  const differs = diagnose("IPX7102", program.objective.span, {
    algorithm,
    ...difference(step, program, minimises),
  });
  return { ...answer, diagnostics: [...answer.diagnostics, differs] };
}

function reported(program: CheckedProgram, verdict: Verdict): Answer {
  return { verdict, diagnostics: [diagnosticOf(program, verdict)] };
}

function diagnosticOf(program: CheckedProgram, verdict: Verdict): Diagnostic {
  const { span } = program.tree.name;
  switch (verdict.kind) {
    case "proved": {
      const { algorithm, statement, conditions } = verdict;
      return diagnose("IPX7002", span, { algorithm, statement, conditions });
    }
    case "refuted":
      return verdict.diagnostic;
    case "not_found": {
      const { algorithm, obstruction } = verdict;
      return verdict.diagnostic ?? diagnose("IPX7003", span, { algorithm, obstruction });
    }
  }
}

function certificateOf(verdict: Verdict): Certificate {
  const { algorithm } = verdict;
  switch (verdict.kind) {
    case "proved": {
      const { statement, conditions } = verdict;
      return { answer: "proved", algorithm, statement, conditions };
    }
    case "refuted":
      return { answer: "refuted", algorithm, statement: verdict.statement, conditions: [] };
    case "not_found": {
      const statement = `no proof was found, and no counterexample: ${verdict.obstruction}`;
      return { answer: "not_found", algorithm, statement, conditions: [] };
    }
  }
}
