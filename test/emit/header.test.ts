import ts from "typescript";
import { expect, test } from "vitest";
import { compileProgram, analyse, planProgram } from "../../compiler/compile.ts";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import type { Plan } from "../../compiler/plan/plan.ts";

const TEXT = `/// Twice */ what comes\u2028 in\u202e.
program twice {
  input y : R
  output 2*y
}
`;

function plan(): Plan {
  const { file, checked, diagnostics } = analyse({ path: "twice.ipx", text: TEXT }, () => null);
  const [program] = checked.programs;
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const compiled = compileProgram(file, program);
  if (compiled.kind === "refused") throw new Error(compiled.diagnostic.message);
  const planned = planProgram(compiled.value, "first");
  if (planned.kind === "refused") throw new Error(planned.diagnostic.message);
  return planned.value;
}

const HOSTILE = [
  "a\n*/ import './evil.js'; /*.ipx",
  "a*\u2028/ import './evil.js';.ipx",
  "**//.ipx",
  "a\r\nb\u0000\u001b[31m\u202e.ipx",
];

test.each(HOSTILE)("the name %j of a source stays in its comment, and on its line", async (sourceName) => {
  const of = (name: string) => emitModule(plan(), { runtimeSpecifier: "ipc/runtime", sourceName: name });
  const [plain, text] = [await of("a.ipx"), await of(sourceName)];
  const statements = (module: string) =>
    ts
      .createSourceFile("module.ts", module, ts.ScriptTarget.Latest)
      .statements.map((each) => ts.SyntaxKind[each.kind]);
  expect(statements(text)).toEqual(statements(plain));
  expect(text.split("\n").length).toBe(plain.split("\n").length);
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
});

test("the name of the runtime's module cannot end its string", async () => {
  const runtimeSpecifier = 'ipc"; import "./evil.js\n\\';
  const text = await emitModule(plan(), { runtimeSpecifier, sourceName: "a.ipx" });
  const file = ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest);
  const imports = file.statements.filter((each) => ts.isImportDeclaration(each));
  expect(
    imports.map(({ moduleSpecifier }) => ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text),
  ).toEqual([runtimeSpecifier]);
});
