import { dirname, isAbsolute, join } from "node:path";
import {
  analyse,
  type Analysis,
  compiledWithReports,
  compileProgram,
  type CompiledProgram,
  definitionOf,
  type Outcome,
  planProgram,
  type ReadBytes,
  type ReadImport,
} from "../compiler/compile.ts";
import type { CheckedProgram } from "../compiler/check/program.ts";
import type { ReverseOptions } from "../compiler/differentiate/program.ts";
import { diagnose } from "../compiler/diagnostics/diagnose.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { toJson } from "../compiler/diagnostics/json.ts";
import type { Plan } from "../compiler/plan/plan.ts";
import type { SourceFile, Span } from "../compiler/source/span.ts";
import type { TargetRequest } from "../compiler/targets.ts";
import { readBytesNow } from "../runtime/io/node/files.ts";
import type { ProgramDefinition } from "../runtime/program/definition.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { readSource } from "./files.ts";
import { located, placeOf, talkDiagnostics } from "./report.ts";
import type { Sources } from "./sources.ts";

/** Checks a program's text; files that it imports are read beside it. */
export function checkText(sources: Sources, source: SourceFile): readonly Diagnostic[] {
  return analyse(source, importsBeside(sources, source.path), networksBeside(source.path)).diagnostics;
}

/** The most bytes of a program's text, and of a network that it names. */
const MOST_TEXT = 2 ** 24;
const MOST_NETWORK = 2 ** 30;

/** Reads the networks that a program names, relative to it; null where there is no such regular file. */
function networksBeside(file: string): ReadBytes {
  return (path) => readBytesNow(beside(file, path), MOST_NETWORK);
}

/** Reads imports relative to the importing file; null where there is no such regular file. */
function importsBeside(sources: Sources, file: string): ReadImport {
  return (path) => {
    const imported = beside(file, path);
    const bytes = readBytesNow(imported, MOST_TEXT);
    return bytes && sources.add(imported, new TextDecoder().decode(bytes));
  };
}

function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/** A file without errors. */
export interface SoundFile {
  readonly source: SourceFile;
  readonly analysis: Analysis;
}

/**
 * Reads and checks a program file.
 * @throws Failure with its errors
 */
export async function readProgram({ sources }: Context, file: string): Promise<SoundFile> {
  const source = await located(placeOf(file), () => readSource(sources, file));
  const analysis = analyse(source, importsBeside(sources, file), networksBeside(file));
  const { diagnostics } = analysis;
  if (diagnostics.some(({ severity }) => severity === "error")) throw new Failure(diagnostics);
  return { source, analysis };
}

/** The warnings of a file that are of some of its programs, or of none alone. */
function warningsOf({ analysis }: SoundFile, chosen: readonly CheckedProgram[]): readonly Diagnostic[] {
  const others = analysis.checked.programs.filter((program) => !chosen.includes(program));
  const isOf = ({ span }: Diagnostic, { tree }: CheckedProgram): boolean =>
    span.file === tree.span.file && tree.span.start <= span.start && span.end <= tree.span.end;
  return analysis.diagnostics.filter(
    (each) => each.severity === "warning" && !others.some((program) => isOf(each, program)),
  );
}

/** Says the warnings of the programs that were chosen. */
export function talkWarnings(
  { terminal, sources }: Context,
  sound: SoundFile,
  chosen: readonly CheckedProgram[],
): void {
  talkDiagnostics(terminal, sources, warningsOf(sound, chosen));
}

/** Says them in a line each, to whoever wants to run a program and not to work at its text. */
function mentionWarnings(
  { terminal, sources }: Context,
  sound: SoundFile,
  chosen: readonly CheckedProgram[],
): void {
  for (const each of warningsOf(sound, chosen)) {
    const { code, message, file, line, column } = toJson(each, sources.text);
    terminal.talk(`warning[${code}]: ${message} (${file}:${line}:${column}; \`ipc check\` says more)\n`);
  }
}

/**
 * The programs of a file that are asked for: one by name, or all.
 * @throws Failure IPX8504
 */
export function chosenPrograms({ source, analysis }: SoundFile, name?: string): readonly CheckedProgram[] {
  const { programs } = analysis.checked;
  const chosen = name === undefined ? programs : programs.filter(({ tree }) => tree.name.name === name);
  if (chosen.length > 0) return chosen;
  const words = { name: name ?? "", known: programs.map(({ tree }) => tree.name.name), file: source.path };
  throw new Failure([diagnose("IPX8504", placeOf(source.path), words)]);
}

/** @throws Failure */
export function compiled({ analysis }: SoundFile, program: CheckedProgram): CompiledProgram {
  return unwrap(compileProgram(analysis.file, program));
}

/** @throws Failure where the target makes no sense for the program */
export function planned(program: CompiledProgram, target: TargetRequest, options?: ReverseOptions): Plan {
  return unwrap(planProgram(program, target, options));
}

function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "done") return outcome.value;
  throw new Failure([outcome.diagnostic]);
}

/** Which program of a file is wanted, and as what. */
export interface ProgramChoice {
  readonly program?: string;
  readonly target?: TargetRequest;
  /** what its reverses give; without it those of training */
  readonly reverse?: ReverseOptions;
}

/** A program that is ready to run, and the reports that come in a product with its output. */
export interface LoadedProgram {
  readonly definition: ProgramDefinition;
  readonly reports: readonly string[];
}

/**
 * A program of a file, compiled for a target and ready to run and to be trained.
 * @throws Failure
 */
export async function loadProgram(
  context: Context,
  file: string,
  choice: ProgramChoice,
): Promise<ProgramDefinition> {
  return (await loadWithReports(context, file, choice, new Set())).definition;
}

/**
 * The same with those of its reports in a product with its output whose names are among some.
 * @throws Failure
 */
export async function loadWithReports(
  context: Context,
  file: string,
  { program, target = "first", reverse = { inputs: false } }: ProgramChoice,
  names: ReadonlySet<string>,
): Promise<LoadedProgram> {
  const sound = await readProgram(context, file);
  const chosen = chosenPrograms(sound, program);
  const [first, second] = chosen;
  if (first === undefined) throw new RangeError("no program was chosen");
  if (second !== undefined) {
    const known = sound.analysis.checked.programs.map(({ tree }) => tree.name.name);
    throw new Failure([diagnose("IPX8505", placeOf(file), { file, known })]);
  }
  mentionWarnings(context, sound, chosen);
  const alone = compiled(sound, first);
  const reports = alone.lowered.reports.filter((name) => names.has(name));
  const whole = reports.length === 0 ? alone : unwrap(compiledWithReports(alone, reports, target));
  const definition = definitionOf(planned(whole, target, reverse));
  context.sources.declare(definition.hash, declarationPlaces(first));
  return { definition, reports };
}

/** Where a program declares what is learned and what is bound. */
function declarationPlaces({ tree }: CheckedProgram): ReadonlyMap<string, Span> {
  return new Map(
    tree.members.flatMap((member) =>
      member.kind === "learn" || member.kind === "given" || member.kind === "input"
        ? [[member.name.name, member.name.span] as const]
        : [],
    ),
  );
}
