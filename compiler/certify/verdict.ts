import type { CheckedProgram } from "../check/program.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ConvexFunction } from "./symbolic/combination.ts";
import type { Symbol } from "../types/typing.ts";
import type { NormalStep } from "./symbolic/step.ts";

/** What a rule says of a step: that it converges, that it does not for some binding, or why it cannot tell. */
export type Verdict =
  | {
      readonly kind: "proved";
      readonly algorithm: string;
      /** what is proved, without a full stop; the driver says behind it what the limit is */
      readonly statement: string;
      /** whether the statement is about the iterates or about the values of F */
      readonly about: "iterates" | "values";
      readonly conditions: readonly string[];
      /** what the limit minimises, to be held against the objective; null where it minimises nothing known */
      readonly minimises: Minimised | null;
    }
  | {
      readonly kind: "refuted";
      readonly algorithm: string;
      readonly statement: string;
      readonly diagnostic: Diagnostic;
    }
  | {
      readonly kind: "not_found";
      readonly algorithm: string | null;
      readonly obstruction: string;
      /** a diagnostic of its own that says it better */
      readonly diagnostic?: Diagnostic;
    };

/** A function whose minimiser the named states converge to. */
export interface Minimised {
  readonly of: ConvexFunction;
  readonly states: readonly Symbol[];
}

/** A row of the table of algorithms: null where the step is not of this form. */
export interface CertificateRule {
  readonly name: string;
  /** where the theorem stands */
  readonly citation: string;
  readonly recognise: (step: NormalStep, program: CheckedProgram) => Verdict | null;
}
