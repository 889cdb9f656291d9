import type { Expression, Node } from "../compiler/ast/tree.ts";
import type { CheckedProgram } from "../compiler/check/program.ts";
import { printProgram } from "../compiler/ir/print.ts";
import { typeText } from "../compiler/types/type.ts";
import type { Symbol, Typed } from "../compiler/types/typing.ts";
import type { TargetRequest } from "../compiler/targets.ts";
import type { DumpStage } from "./choices.ts";
import { compiled, planned, type SoundFile } from "./compiler.ts";

type Dump = (sound: SoundFile, programs: readonly CheckedProgram[], target: TargetRequest) => string;

const DUMPS: { readonly [S in DumpStage]: Dump } = {
  ast: ({ analysis }) => json(analysis.file),
  typed: (_sound, programs) => programs.map(typedText).join("\n"),
  ir: (sound, programs) => programs.map((each) => printProgram(compiled(sound, each).lowered)).join("\n"),
  "ir.opt": (sound, programs) =>
    programs.map((each) => printProgram(compiled(sound, each).optimised)).join("\n"),
  plan: (sound, programs, target) =>
    programs.map((each) => json(planned(compiled(sound, each), target))).join("\n"),
};

/** A stage of compilation as text, with a line break at its end. */
export function dumpStage(
  sound: SoundFile,
  programs: readonly CheckedProgram[],
  stage: DumpStage,
  target: TargetRequest,
): string {
  return `${DUMPS[stage](sound, programs, target).trimEnd()}\n`;
}

function json(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part: unknown) => (part instanceof Map ? Object.fromEntries(part) : part),
    2,
  );
}

/** Every declaration with what the checker found: type and stage, and below it the expressions of the step. */
function typedText({ tree, ...parts }: CheckedProgram): string {
  const declared = [
    ...parts.givens,
    ...parts.inputs,
    ...parts.learnables,
    ...parts.bindings,
    ...parts.states,
  ];
  const lines = declared.flatMap((member) => {
    const symbols = isSymbols(member.declaration) ? member.declaration : [member.declaration];
    return symbols.map((symbol) => `  ${member.kind} ${symbolText(symbol)}`);
  });
  return [`program ${tree.name.name}`, ...lines, `  output ${noteText(parts.output.value)}`].join("\n");
}

function isSymbols(declaration: Typed["declaration"]): declaration is readonly Symbol[] {
  return Array.isArray(declaration);
}

function symbolText({ name, typing }: Symbol): string {
  return `${name} : ${typeText(typing.type)} @ ${typing.level}`;
}

function noteText({ note }: Expression<Typed> & Node): string {
  return `: ${typeText(note.type)} @ ${note.level}`;
}
