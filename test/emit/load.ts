import { compileFunction } from "node:vm";
import ts from "typescript";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import * as runtime from "./runtimeStub.ts";

/** The definition that an emitted module exports, its types stripped. */
export function loadModule(text: string, exportName: string): ProgramDefinition {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exported: Record<string, ProgramDefinition> = {};
  compileFunction(outputText, ["exports", "require"])(exported, () => runtime);
  const definition = exported[exportName];
  if (definition === undefined) throw new Error(`the module exports no ${exportName}`);
  return definition;
}
