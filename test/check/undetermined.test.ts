import { describe, expect, test } from "vitest";
import { checkText, codesOf, soundProgram } from "./check.ts";
import { typeText } from "../../compiler/types/type.ts";

const program = (members: string): string => `program p[h, w] {
  input y : R[h, w]
  ${members}
}
`;

describe("an operator of the library whose sizes nothing determines", () => {
  test.each([
    "norm(gradient)",
    "norm(gradient'*gradient)",
    "norm(wavelet(haar))",
    "norm(downsample(2))",
    "norm(symmetrised_gradient)",
    "norm(over_channels)",
    "norm(vstack(gradient, I))",
    "sum(row_norms(gradient))",
  ])("is an error in %s", (call) => {
    expect(codesOf(checkText(program(`output y/${call}`)))).toContain("IPX2014");
    expect(codesOf(checkText(program(`let s = 1/${call}\n  output s*y`)))).toContain("IPX2014");
    const inFunction = `fun s(x : R) = x/${call}\n${program("output s(1)*y")}`;
    expect(codesOf(checkText(inFunction))).toContain("IPX2014");
  });

  test("has the type of all its other uses, also of those further down", () => {
    const { bindings } = soundProgram(
      program("let s = 1/norm(gradient)\n  output s*(gradient'*(gradient*y))"),
    );
    const [binding] = bindings;
    const value =
      binding?.kind === "let" && binding.initial.kind === "product" ? binding.initial.right : null;
    const [operator] = value?.kind === "call" ? value.arguments : [];
    const found = operator === undefined || operator.value.kind === "targetCall" ? null : operator.value;
    expect(found && typeText(found.note.type)).toBe("linear R[h, w] -> R[h, w, 2]");
  });

  test("is an error where its other uses are of several types, or have other settings", () => {
    const two = program("input z : R[w, h]\n  output sum(gradient*y) + sum(gradient*z) + norm(gradient)");
    expect(codesOf(checkText(two))).toEqual(["IPX2014"]);
    const other = program("output norm2sq(wavelet(haar)*y)/norm(wavelet(sym4))");
    expect(codesOf(checkText(other))).toEqual(["IPX2014"]);
  });

  test("is no error where it is the same on every space", () => {
    expect(codesOf(checkText(program("output y/norm(2*I)")))).toEqual([]);
  });

  test("is sound with the type that the hint names", () => {
    const [fault] = checkText(program("output y/norm(gradient)")).diagnostics;
    const [, declaration] = /`(let D : [^`]*)`/u.exec(fault?.hint ?? "") ?? [];
    expect(codesOf(checkText(program(`${declaration ?? ""}\n  output y/norm(D)`)))).toEqual([]);
  });
});
