import { expect, test } from "vitest";
import { analyse, compileProgram } from "../../compiler/compile.ts";

const FILES: Readonly<Record<string, string>> = {
  "main.ipx": `import descent from "./methods.ipx"

problem fit {
  input y : R[8]
  fun f(x : R[8]) = 1/2*norm2sq(x - y)
}

program p = descent for fit
`,
  "./methods.ipx": `import half from "./functions.ipx"

program descent {
  given f : R[8] -> R with convex, smooth
  state x : R[8] = 0
  step { x <- half(x - grad f(x)) }
  output x
  converge(max = 3)
}
`,
  "./functions.ipx": `fun half(x : R[8]) = x/2
`,
};

/** The hash of the program of main.ipx, with an edit to a file. */
function hashWith(path: string, from: string, to: string): string {
  const text = (name: string): string | undefined =>
    name === path ? FILES[name]?.replace(from, to) : FILES[name];
  const { file, checked, diagnostics } = analyse(
    { path: "main.ipx", text: text("main.ipx") ?? "" },
    (name) => {
      const found = text(name);
      return found === undefined ? null : { path: name, text: found };
    },
  );
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const [program] = checked.programs;
  if (program === undefined) throw new Error("no program");
  const compiled = compileProgram(file, program);
  if (compiled.kind === "refused") throw new Error(compiled.diagnostic.message);
  return compiled.value.lowered.hash;
}

const original = hashWith("", "", "");

test.each([
  ["its own file", "main.ipx", "1/2*norm2sq", "2*norm2sq"],
  ["a file that it imports", "./methods.ipx", "grad f(x)", "2*grad f(x)"],
  ["a file that such a file imports", "./functions.ipx", "x/2", "x/3"],
])("a program's hash changes with %s", (_, path, from, to) => {
  expect(hashWith(path, from, to)).not.toBe(original);
});

test("comments and layout change no hash, in no file", () => {
  for (const path of Object.keys(FILES)) {
    expect(hashWith(path, "", "// a comment\n\n")).toBe(original);
  }
});
