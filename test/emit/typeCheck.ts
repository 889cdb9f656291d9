import ts from "typescript";

/** The module that `ipc/runtime` stands for. */
const RUNTIME = new URL("./runtimeStub.ts", import.meta.url).pathname;

/** What `tsc --strict` says of modules that import `ipc/runtime`, one line a fault. */
export function typeFaults(files: readonly string[]): readonly string[] {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    paths: { "ipc/runtime": [RUNTIME] },
  });
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const { file, start = 0 } = diagnostic;
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    return `${file?.fileName ?? ""}:${line} ${text}`;
  });
}
