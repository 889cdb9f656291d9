import type { Certificate } from "../../runtime/program/definition.ts";
import type { CheckedProgram } from "../check/program.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { type Diagnostic, withSeverity } from "../diagnostics/diagnostic.ts";
import { lineSearches } from "./lints/lineSearch.ts";
import { admm } from "./rules/admm.ts";
import { chambollePock } from "./rules/chambollePock.ts";
import { fista } from "./rules/fista.ts";
import { forwardBackward } from "./rules/forwardBackward.ts";
import { normalStep } from "./step.ts";
import type { CertificateRule, Verdict } from "./verdict.ts";

/** The algorithms that are recognised by what they compute, not by their names. */
export const RULES: readonly CertificateRule[] = [forwardBackward, fista, admm, chambollePock];

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
  const lints = lineSearches(program).map((lint) => (required ? withSeverity(lint, "error") : lint));
  const verdict = verdictOf(program);
  const certificate = certificateOf(verdict);
  // a line search that may find no step is the reason why there is no proof
  if (lints.length > 0 && verdict.kind === "not_found") return { certificate, diagnostics: lints };
  return { certificate, diagnostics: [...lints, ...reported(program, verdict, required)] };
}

function verdictOf(program: CheckedProgram): Verdict {
  const step = normalStep(program);
  if ("reason" in step) return { kind: "not_found", algorithm: null, obstruction: step.reason };
  for (const rule of RULES) {
    const verdict = rule.recognise(step, program);
    if (verdict !== null) return verdict;
  }
  return {
    kind: "not_found",
    algorithm: null,
    obstruction: "the step is none of the algorithms that have a rule",
  };
}

function certificateOf(verdict: Verdict): Certificate {
  switch (verdict.kind) {
    case "proved":
      return {
        answer: "proved",
        algorithm: verdict.algorithm,
        statement: verdict.statement,
        conditions: verdict.conditions,
      };
    case "refuted":
      return {
        answer: "refuted",
        algorithm: verdict.algorithm,
        statement: verdict.statement,
        conditions: [],
      };
    case "not_found":
      return {
        answer: "not_found",
        algorithm: verdict.algorithm,
        statement: `no proof was found, and no counterexample: ${verdict.obstruction}`,
        conditions: [],
      };
  }
}

function reported(program: CheckedProgram, verdict: Verdict, required: boolean): readonly Diagnostic[] {
  const span = program.tree.name.span;
  switch (verdict.kind) {
    case "proved":
      return [diagnose("IPX7002", span, { algorithm: verdict.algorithm, statement: verdict.statement })];
    case "refuted":
      return [verdict.diagnostic];
    case "not_found": {
      const found = diagnose("IPX7003", span, {
        algorithm: verdict.algorithm,
        obstruction: verdict.obstruction,
      });
      return [required ? withSeverity(found, "error") : found];
    }
  }
}
