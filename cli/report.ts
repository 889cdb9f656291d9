import type { Code } from "../compiler/diagnostics/catalogue.ts";
import type { reportedCodes } from "../compiler/diagnostics/catalogue/reported.ts";
import { diagnose } from "../compiler/diagnostics/diagnose.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { toJson } from "../compiler/diagnostics/json.ts";
import { renderDiagnostics } from "../compiler/diagnostics/render.ts";
import type { Span } from "../compiler/source/span.ts";
import { GradientError } from "../runtime/adjoint/gradientError.ts";
import { EngineError } from "../runtime/engine/engine.ts";
import { DataError } from "../runtime/io/dataError.ts";
import { OperatorError } from "../runtime/operators/operatorError.ts";
import { BindingError } from "../runtime/program/bindingError.ts";
import { Failure, Interrupted, UsageError } from "./failure.ts";
import type { Sources } from "./sources.ts";
import { EXIT, type Terminal, writeError, writeJson } from "./terminal.ts";

/** Codes of faults in files and names of files, which end a command with 2. */
const FILE_CODES: ReadonlySet<string> = new Set(["IPX8109", "IPX8110", "IPX8111"]);

/**
 * What the runtime found wrong with data and bindings, as a failure at a place; an engine's error takes the place unless
 * it has one; other errors as they are.
 */
export function failureAt(span: Span, error: unknown): unknown {
  if (error instanceof EngineError) return error.at(span);
  const found = reported(error);
  if (found === null) return error;
  const diagnostic = diagnose(found.code, span, found.text);
  return new Failure([diagnostic], FILE_CODES.has(found.code) ? EXIT.usage : EXIT.fault);
}

/** Runs `work`; what it finds wrong with data and bindings is said of a place. */
export async function located<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureAt(span, error);
  }
}

/** The same for work that is done at once. */
export function locatedNow<T>(span: Span, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failureAt(span, error);
  }
}

/** The place of something that has no text at hand: a file as a whole, an option. */
export function placeOf(file: string): Span {
  return { file, start: 0, end: 0 };
}

interface Reported {
  readonly code: keyof typeof reportedCodes & Code;
  readonly text: { readonly what: string; readonly why?: string; readonly hint?: string };
}

function reported(error: unknown): Reported | null {
  if (error instanceof DataError) return { code: error.code, text: error.text };
  if (error instanceof OperatorError) return { code: error.code, text: error.text };
  if (error instanceof BindingError) return { code: error.code, text: error.text };
  if (error instanceof GradientError) return { code: error.code, text: { what: error.message } };
  return null;
}

/** Says what ended a command, and gives its exit code. Every error ends here. */
export function reportError(terminal: Terminal, sources: Sources, error: unknown, json: boolean): number {
  if (error instanceof Interrupted) {
    if (json) writeError(terminal, "interrupted", error.message);
    terminal.talk(`${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof UsageError) {
    if (json) writeError(terminal, "usage", error.message);
    terminal.talk(`error: ${error.message}\n`);
    return EXIT.usage;
  }
  const failure =
    error instanceof EngineError
      ? failureOfEngine(error)
      : failureAt(askerOf(error) ?? placeOf(fileOf(error)), error);
  if (failure instanceof Failure) {
    reportDiagnostics(terminal, sources, failure.diagnostics, json);
    return failure.exitCode;
  }
  if (json) writeError(terminal, "bug", error instanceof Error ? error.message : String(error));
  return reportBug(terminal, error);
}

/** The place in a program that asked for what an operator, an engine or binding refuses, where that is known. */
export function askerOf(error: unknown): Span | null {
  const isPlaced =
    error instanceof OperatorError || error instanceof EngineError || error instanceof BindingError;
  const place = isPlaced ? error.place : null;
  return typeof place === "string" ? null : place;
}

function failureOfEngine(error: EngineError): Failure {
  const words = { what: error.message };
  return new Failure([diagnose("IPX8601", askerOf(error) ?? placeOf(NOWHERE), words)]);
}

/** What stands in the place of a file where there is none. */
const NOWHERE = "ipc";

function fileOf(error: unknown): string {
  const file = error instanceof DataError ? error.facts["file"] : undefined;
  return typeof file === "string" ? file : NOWHERE;
}

/** Writes diagnostics: rendered on `talk`, or as one object of JSON on `out`. */
export function reportDiagnostics(
  terminal: Terminal,
  sources: Sources,
  diagnostics: readonly Diagnostic[],
  json: boolean,
): void {
  if (json) writeJson(terminal, { diagnostics: diagnostics.map((each) => toJson(each, sources.text)) });
  else talkDiagnostics(terminal, sources, diagnostics);
}

/** Writes diagnostics for people. */
export function talkDiagnostics(
  terminal: Terminal,
  sources: Sources,
  diagnostics: readonly Diagnostic[],
): void {
  if (diagnostics.length === 0) return;
  const options = { text: sources.text, colour: terminal.colour.talk };
  terminal.talk(`${renderDiagnostics(diagnostics, options)}\n\n`);
}

const REPORT_TO =
  "Please report this with the files and the command that led here; it is a fault of ipc, not yours.";

function reportBug(terminal: Terminal, error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  terminal.talk(`bug: ipc met a state that it does not expect: ${message}\n${REPORT_TO}\n\n${stack}\n`);
  return EXIT.fault;
}
