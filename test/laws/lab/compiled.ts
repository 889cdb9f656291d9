import { readFileSync } from "node:fs";
import { basename } from "node:path";
import {
  analyse,
  compileProgram,
  definitionOf,
  planProgram,
  type CompiledProgram,
} from "../../../compiler/compile.ts";
import type { Plan } from "../../../compiler/plan/plan.ts";
import { placeText } from "../../../compiler/source/lines.ts";
import type { Span } from "../../../compiler/source/span.ts";
import type { TargetRequest } from "../../../compiler/targets.ts";
import type { ProgramDefinition } from "../../../runtime/program/definition.ts";

const folder = new URL("../../../programs/", import.meta.url);
const known = new Map<string, CompiledProgram>();

/** A text that takes the place of another in a program, so that a network is small. */
export type Edit = readonly [from: string, to: string];

/** The text of a program of the project. */
export function programText(name: string, edits: readonly Edit[] = []): string {
  return edits.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${name} does not say ${from}`);
      return text.replace(from, to);
    },
    readFileSync(new URL(`${name}.ipx`, folder), "utf8"),
  );
}

/** A place in a program of the project as `file:line:column`. */
export function placeOf(span: Span): string {
  return placeText(span, programText(basename(span.file, ".ipx")));
}

/** A program of the project, compiled. */
export function compiledProgram(name: string, edits: readonly Edit[] = []): CompiledProgram {
  return compiledText(name, programText(name, edits));
}

/** What the laws make of programs that others import: their networks are small. */
const IMPORTED: Readonly<Record<string, readonly Edit[]>> = {
  de_prox: [["depth = 17, width = 64", "depth = 3, width = 4"]],
};

/** The first program of a text, compiled; `edits` of what it imports, by name. */
export function compiledText(
  name: string,
  text: string,
  imported: Readonly<Record<string, readonly Edit[]>> = IMPORTED,
): CompiledProgram {
  const key = text + JSON.stringify(imported);
  const before = known.get(key);
  if (before !== undefined) return before;
  const { file, checked, diagnostics } = analyse({ path: `${name}.ipx`, text }, (path) => {
    const [, of = ""] = /^\.\/(.*)\.ipx$/u.exec(path) ?? [];
    return { path, text: programText(of, imported[of]) };
  });
  const [program] = checked.programs;
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const compiled = compileProgram(file, program);
  if (compiled.kind === "refused") throw new Error(compiled.diagnostic.message);
  known.set(key, compiled.value);
  return compiled.value;
}

/** The plan of a compiled program for a target. */
export function planOf(compiled: CompiledProgram, target: TargetRequest): Plan {
  const plan = planProgram(compiled, target);
  if (plan.kind === "refused") throw new Error(plan.diagnostic.message);
  return plan.value;
}

/** What the runtime runs for a target, with some settings of the target replaced. */
export function definitionFor(
  compiled: CompiledProgram,
  target: TargetRequest,
  settings: object = {},
): ProgramDefinition {
  const definition = definitionOf(planOf(compiled, target));
  return { ...definition, target: { ...definition.target, ...settings } };
}
