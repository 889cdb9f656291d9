import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { Span } from "../../compiler/source/span.ts";
import { Failure } from "../failure.ts";

/** A fault of an expression in its own words. */
export function fault(span: Span, what: string, hint: string | null = null): Failure {
  return new Failure([diagnose("IPX8403", span, { what, hint })]);
}

/** The error for a part of the language that no binding can hold. */
export function outOfPlace(span: Span, what: string): Failure {
  return new Failure([diagnose("IPX8402", span, { what })]);
}
