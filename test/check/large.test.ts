import { describe, expect, test } from "vitest";
import { analyse, compileProgram } from "../../compiler/compile.ts";

/** Long enough for a slow machine; what grows exponentially takes longer than any test may. */
const SECONDS = 20_000;

const numbered = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i + 1)).join("\n");

const iteration = (members: string, step: string): string => `program p[n] {
  input y : R[n]
  ${members}
  state x : R[n] = 0
  step { ${step} }
  output x
  converge(until = change(x) < 1e-6, max = 10)
}`;

const direct = (members: string, output: string): string =>
  `program p[n] {\n  input y : R[n]\n  ${members}\n  output ${output}\n}`;

/** The codes of errors and warnings that a text gets, compiled for its first target, too, where it is sound. */
function codesOf(text: string): readonly string[] {
  const { file, checked, diagnostics } = analyse({ path: "test.ipx", text }, () => null);
  const sound = diagnostics.every(({ severity }) => severity !== "error") ? checked.programs : [];
  const compiled = sound.map((program) => compileProgram(file, program));
  const refused = compiled.flatMap((each) => (each.kind === "refused" ? [each.diagnostic] : []));
  return [...diagnostics, ...refused].filter(({ severity }) => severity !== "note").map(({ code }) => code);
}

describe("programs that grow when they are written out", () => {
  const lasso = `given A : linear R[n] -> R[n]
  fun f(x : R[n]) = 1/2*norm2sq(A*x - y)
  learn t : R in (0, 2/lip(grad f)) = 1/lip(grad f)`;
  test.each([
    [
      "updates of one step",
      iteration(
        lasso,
        numbered(24, () => "x <- prox(t*norm1)(x - t*grad f(x))"),
      ),
      ["IPX7003"],
    ],
    [
      "numbers that are doubled",
      iteration(
        `let a0 = 1e-12\n${numbered(40, (i) => `let a${i} = a${i - 1} + a${i - 1}`)}`,
        "x <- x - a40*(x - y)",
      ),
      [],
    ],
    [
      "a long chain of numbers",
      iteration(
        `let a0 = 0.5\n${numbered(2000, (i) => `let a${i} = a${i - 1}*1.0001`)}`,
        "x <- x - a2000*(x - y)",
      ),
      [],
    ],
    [
      "a product of sums",
      iteration(
        numbered(21, (i) => `given a${i} : R in (0, 1) = 0.1`),
        `x <- x - ${Array.from({ length: 20 }, (_, i) => `(a${i + 1} - a${i + 2})`).join("*")}*(x - y)`,
      ),
      ["IPX7003"],
    ],
    [
      "functions that call the one before twice",
      direct(
        `fun h0(x : R[n]) = norm1(x)\n${numbered(40, (i) => `fun h${i}(x : R[n]) = h${i - 1}(x) + h${i - 1}(x)`)}`,
        "h40(y)",
      ),
      ["IPX9004"],
    ],
    [
      "functions within functions",
      direct(
        `fun h0(x : R[n]) = norm1(x)\n${numbered(1200, (i) => `fun h${i}(x : R[n]) = h${i - 1}(x)`)}`,
        "h1200(y)",
      ),
      ["IPX9004"],
    ],
    [
      "operators that are doubled",
      direct(
        `let M0 = 2*I\n${numbered(40, (i) => `let M${i} : linear R[n] -> R[n] = M${i - 1} + M${i - 1}`)}`,
        "M40*y",
      ),
      ["IPX9004"],
    ],
    [
      "networks that are doubled",
      `net h0[h, w, c](u : R[h, w, c]) -> R[h, w, c] { return u |> conv(c) }
${numbered(40, (i) => `net h${i}[h, w, c](u : R[h, w, c]) -> R[h, w, c] { return u |> h${i - 1} |> h${i - 1} }`)}
program p[h, w] {
  input y : R[h, w]
  learn N : net R[h, w] -> R[h, w] = h40
  output N(y)
}`,
      ["IPX9004"],
    ],
    ["rounds without end", iteration("", "repeat 1000000000 { x <- x - 0.5*(x - y) }"), ["IPX7003"]],
    [
      "rounds within rounds",
      iteration("", `${"repeat 10 { ".repeat(30)} x <- x - 0.5*(x - y) ${"}".repeat(30)}`),
      ["IPX7003"],
    ],
  ])("%s get an answer", { timeout: SECONDS }, (_, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });

  test("functions just below the limits are compiled", { timeout: SECONDS }, () => {
    const chain = numbered(300, (i) => `fun h${i}(x : R[n]) = h${i - 1}(x)`);
    const tree = numbered(6, (i) => `fun d${i}(x : R[n]) = d${i - 1}(x) + d${i - 1}(x)`);
    const text = direct(
      `fun h0(x : R[n]) = norm1(x)\n${chain}\nfun d0(x : R[n]) = norm1(x)\n${tree}`,
      "h300(y) + d6(y)",
    );
    expect(codesOf(text)).toEqual([]);
  });
});
