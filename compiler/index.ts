/** The compiler as a library: the same functions that the command uses. Runs in a browser. */
export { analyse, compileProgram, definitionOf, planProgram } from "./compile.ts";
export type { Analysis, CompiledProgram, Outcome, ReadImport } from "./compile.ts";
export { parseBinding, parseFile } from "./ast/parse.ts";
export { formatFile } from "./ast/format.ts";
export { printFile } from "./ast/print/file.ts";
export { renderDiagnostic } from "./diagnostics/render.ts";
export { declaredTargets } from "./targets.ts";
export type { TargetName, TargetRequest } from "./targets.ts";
export type { Diagnostic } from "./diagnostics/diagnostic.ts";
