import type { ProgramDefinition, Target } from "../runtime/program/definition.ts";
import { parseFile } from "./ast/parse.ts";
import type { File } from "./ast/tree.ts";
import { certify } from "./certify/certify.ts";
import { checkFile } from "./check/index.ts";
import type { ReadBytes } from "./check/fileCheck.ts";
import type { CheckedProgram, CheckResult } from "./check/program.ts";
import { diagnose } from "./diagnostics/diagnose.ts";
import { compareDiagnostics, type Diagnostic } from "./diagnostics/diagnostic.ts";
import { NotDifferentiable } from "./differentiate/notDifferentiable.ts";
import { withGradient } from "./differentiate/withGradient.ts";
import { reverseProgram, type ReverseOptions } from "./differentiate/program.ts";
import type { ProgramDerivative } from "./ir/derivative.ts";
import { withReports } from "./ir/observed.ts";
import type { IrProgram } from "./ir/program.ts";
import { Limitation } from "./lower/limitation.ts";
import { lowerProgram } from "./lower/program/program.ts";
import { finish, optimise, unrolled } from "./passes/pipelines.ts";
import { executePlan } from "./plan/execute.ts";
import type { Plan } from "./plan/plan.ts";
import { planTarget } from "./plan/planTarget.ts";
import { programHash } from "./programHash.ts";
import type { SourceFile } from "./source/span.ts";
import { hasModes, specialised } from "./passes/specialise.ts";
import { chooseTarget, type TargetRequest } from "./targets.ts";

export type { ReadBytes };

/** Reads a file that a program imports; null where there is none. */
export type ReadImport = (path: string) => SourceFile | null;

/** The front half: a file parsed, checked and certified. */
export interface Analysis {
  readonly file: File;
  readonly checked: CheckResult;
  readonly diagnostics: readonly Diagnostic[];
}

/** A program in the IR, as lowered and as every target starts from it. */
export interface CompiledProgram {
  readonly checked: CheckedProgram;
  readonly lowered: IrProgram;
  readonly optimised: IrProgram;
}

/** The answer of a stage that may refuse. */
export type Outcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

/**
 * Parses, checks and certifies a file; `readBytes` reads the networks that it names. Never throws for what a user
 * writes.
 */
export function analyse(
  source: SourceFile,
  readImport: ReadImport,
  readBytes: ReadBytes = () => null,
): Analysis {
  const { file, diagnostics: syntax } = parseFile(source);
  const readFile = (path: string): File | null => {
    const imported = readImport(path);
    return imported && parseFile(imported).file;
  };
  const checked = checkFile(file, readFile, syntax.length > 0, readBytes);
  const found = [
    ...syntax,
    ...checked.diagnostics.filter((each) => !syntax.some((other) => repeats(each, other))),
  ];
  const sound = !found.some((diagnostic) => diagnostic.severity === "error");
  const certified = sound ? checked.programs.flatMap((program) => certify(program).diagnostics) : [];
  return { file, checked, diagnostics: [...found, ...certified].sort(compareDiagnostics) };
}

/** Whether the checker finds a text where the parser has already said something of it. */
function repeats(one: Diagnostic, other: Diagnostic): boolean {
  return one.code === "IPX0014" && one.span.start === other.span.start && one.span.file === other.span.file;
}

/** Lowers a checked program and optimises it. */
export function compileProgram(file: File, program: CheckedProgram): Outcome<CompiledProgram> {
  return guarded(program, "written", () => {
    const lowered = lowerProgram(program, programHash(file, program), certify(program).certificate);
    return { checked: program, lowered, optimised: optimise(lowered) };
  });
}

/**
 * The plan of a program for a target; without a request, its first declared one. Its reverses give the cotangents of
 * inputs, too, if they are wanted and exist.
 */
export function planProgram(
  compiled: CompiledProgram,
  request: TargetRequest,
  options: ReverseOptions = { inputs: true },
): Outcome<Plan> {
  const chosen = chooseTarget(compiled.checked, compiled.optimised, request);
  if (chosen.kind === "refused") return chosen;
  return guarded(compiled.checked, "training", () => planFor(compiled.optimised, chosen.value, options));
}

/**
 * A program whose output is the product of its own and of some of its reports, so that a loss may read them: of an
 * unrolled one a number is the sum over the steps, all else is as of the last step.
 */
export function compiledWithReports(
  compiled: CompiledProgram,
  reports: readonly string[],
  request: TargetRequest,
): Outcome<CompiledProgram> {
  const chosen = chooseTarget(compiled.checked, compiled.optimised, request);
  if (chosen.kind === "refused") return chosen;
  const lowered = withReports(compiled.lowered, reports, chosen.value.kind === "unrolled");
  return { kind: "done", value: { ...compiled, lowered, optimised: optimise(lowered) } };
}

/**
 * The plan of a program without a step whose output is a number, with the number's gradients by inputs: what it gives
 * is the product of all these.
 */
export function planWithGradient(compiled: CompiledProgram, by: readonly string[]): Outcome<Plan> {
  return guarded(compiled.checked, "written", () => {
    const module = finish(optimise(withGradient(compiled.lowered, by)), null);
    return planTarget(module.program, { kind: "direct" }, null);
  });
}

/** What runs: the plan's functions over the operations of the runtime. */
export function definitionOf(plan: Plan): ProgramDefinition {
  return executePlan(plan);
}

function planFor(optimised: IrProgram, target: Target, { inputs, frozen = false }: ReverseOptions): Plan {
  const whole = target.kind === "unrolled" ? unrolled(optimised) : optimised;
  const program = hasModes(whole) ? specialised(whole, "running") : whole;
  const trains = hasModes(whole) && !frozen;
  const trained = trains ? specialised(whole, "training") : program;
  const byInputs = target.kind !== "solver" && inputs ? reverseByInputs(trained) : null;
  const reverse = byInputs ?? (target.kind === "solver" ? null : reverseProgram(trained));
  const derivative =
    trains && reverse !== null
      ? { ...reverse, functions: [...program.functions, ...reverse.functions] }
      : reverse;
  const module = finish(program, derivative);
  const plan = planTarget(module.program, target, module.derivative);
  return { ...plan, inputGradients: byInputs !== null, frozen };
}

/** Null where a program cannot be differentiated by one of its inputs, such as the kernel of a blur. */
function reverseByInputs(program: IrProgram): ProgramDerivative | null {
  try {
    return reverseProgram(program, { inputs: true });
  } catch (error) {
    if (error instanceof NotDifferentiable) return null;
    throw error;
  }
}

/** `asker`: what asks for derivatives, the program as it is written or its training. */
function guarded<T>(program: CheckedProgram, asker: "written" | "training", run: () => T): Outcome<T> {
  try {
    return { kind: "done", value: run() };
  } catch (error) {
    if (error instanceof Limitation) {
      return refused(diagnose("IPX9001", error.span, { what: error.what, hint: error.hint }));
    }
    if (error instanceof NotDifferentiable) {
      const span = error.span ?? program.tree.name.span;
      return refused(diagnose("IPX9002", span, { what: error.what, asker, obstacle: error.obstacle }));
    }
    throw error;
  }
}

function refused(diagnostic: Diagnostic): { readonly kind: "refused"; readonly diagnostic: Diagnostic } {
  return { kind: "refused", diagnostic };
}
