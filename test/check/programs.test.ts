import { describe, expect, test } from "vitest";
import { symbolOf } from "../../compiler/library/calculus/analyse.ts";
import { typeText } from "../../compiler/types/type.ts";
import { programs } from "../programs.ts";
import { checkText, codesOf, soundProgram } from "./check.ts";

function source(name: string): string {
  const found = programs.find(({ path }) => path === `${name}.ipx`);
  if (found === undefined) throw new Error(name);
  return found.text;
}

describe("the programs of the project", () => {
  test.each(programs)("$path", ({ path, text }) => {
    expect(codesOf(checkText(text, path))).toEqual([]);
  });
});

describe("what checking hands on", () => {
  test("targets with all defaults", () => {
    const { targets, until } = soundProgram(source("ista"));
    expect(until).not.toBeNull();
    expect(targets.map(({ target }) => target)).toEqual([
      { kind: "solver", maximum: 5000, every: 1, accelerate: null },
      { kind: "unrolled", steps: 20, beyond: "error" },
      {
        kind: "equilibrium",
        solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
        tolerance: 1e-4,
        maximum: 100,
        backward: { kind: "gmres", tolerance: 1e-5, restart: 20, maximum: 100 },
        otherwise: { kind: "error" },
      },
    ]);
  });

  test("counts that sizes decide are expressions", () => {
    const [converge] = soundProgram(source("kaczmarz")).targets;
    expect(Object.keys(converge?.counts ?? {}).toSorted()).toEqual(["every", "maximum"]);
  });

  test("unknown axes and fields are solved by use", () => {
    const { bindings } = soundProgram(source("mri_multicoil_tv"));
    const types = bindings.map(({ declaration }) => {
      const symbol = symbolOf(declaration);
      return `${symbol.name} : ${typeText(symbol.typing.type)}`;
    });
    expect(types).toEqual([
      "A : linear C[h, w] -> C[h, w, c]",
      "D : linear C[h, w] -> C[h, w, 2]",
      "f : C[h, w] -> R",
      "g : C[h, w, 2] -> R",
      "sigma : R",
      "tau : R",
    ]);
  });

  test("stages: y drops out of lip(grad f), an operator of the sample does not", () => {
    const levelOf = (given: string): number => {
      const { bindings } = soundProgram(`program p[space X, space Y] {
        ${given}
        input y : Y
        fun f(x : X) = 1/2*norm2sq(A*x - y)
        let L = lip(grad f)
        output L*(A'*y)
      }`);
      const last = bindings[bindings.length - 1];
      return last === undefined ? -1 : symbolOf(last.declaration).typing.level;
    };
    expect(levelOf("given A : linear X -> Y")).toBe(1);
    expect(levelOf("input A : linear X -> Y")).toBe(3);
    expect(levelOf("input A : linear X -> Y with norm <= 1")).toBe(0);
  });

  test("intervals pass through the step, functions and files", () => {
    const { step } = soundProgram(source("armijo_library"));
    const intervals = step?.body.statements.flatMap((statement) =>
      statement.kind === "let" ? [[statement.name.name, statement.initial.note.interval]] : [],
    );
    expect(Object.fromEntries(intervals ?? [])).toMatchObject({
      w: { low: 0, high: 100, lowOpen: true, highOpen: false },
    });
  });

  test("a declared real domain composes real'", () => {
    const [binding] = soundProgram(`program p[h, w] {
      input P : R[h, w] with binary
      input y : C[h, w]
      let A : linear R[h, w] -> C[h, w] = mask(P)*fourier
      output A'*y
    }`).bindings;
    expect(binding?.kind === "let" && binding.initial.kind === "product" && binding.initial.product).toBe(
      "compose",
    );
  });
});

test("a program may have the name of the library's network that it learns", () => {
  const text =
    "program unet[h, w] {\n input y : R[h, w]\n learn N : net R[h, w] -> R[h, w] = unet(levels = 2, width = 4)\n output N(y)\n}";
  expect(codesOf(checkText(text, "unet.ipx"))).toEqual([]);
});
