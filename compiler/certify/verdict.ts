import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { NormalStep } from "./step.ts";
import type { CheckedProgram } from "../check/program.ts";

/** What a rule says of a step: that it converges, that it does not for some binding, or why it cannot tell. */
export type Verdict =
  | {
      readonly kind: "proved";
      readonly algorithm: string;
      readonly statement: string;
      readonly conditions: readonly string[];
    }
  | {
      readonly kind: "refuted";
      readonly algorithm: string;
      readonly statement: string;
      readonly diagnostic: Diagnostic;
    }
  | { readonly kind: "not_found"; readonly algorithm: string | null; readonly obstruction: string };

/** A row of the table of algorithms: null where the step is not of this form. */
export interface CertificateRule {
  readonly name: string;
  /** where the theorem stands */
  readonly citation: string;
  readonly recognise: (step: NormalStep, program: CheckedProgram) => Verdict | null;
}
