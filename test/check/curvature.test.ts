import { describe, expect, test } from "vitest";
import { analyse } from "../../compiler/compile.ts";

/** The codes of the errors of a Newton step for a function of x in R[n]. */
function faults(body: string, interval = ""): readonly string[] {
  const text = `program newton[n] {
  given a : R[n] in [0, inf)
  given c : R[n]
  given A : linear R[n] -> R[n]
  input y : R[n]${interval}
  fun phi(u : R[n]) = sum(exp(u))
  fun f(x : R[n]${interval}) = ${body}
  output solve(derivative(grad f)(y) + 0.1*I, y, by = cg(tol = 1e-6, max = 50))
}
`;
  const { diagnostics } = analyse({ path: "newton.ipx", text }, () => null);
  return diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

describe("convex by its structure", () => {
  test.each([
    "sum(exp(x))",
    "sum(a .* exp(A*x - c))",
    "dot(a, exp(x))",
    "3*sum(exp(-x)) + norm2sq(A*x - y)",
    "sum((x - c) .^ 2)/2",
    "sum(log(1 .+ exp(A*x)))",
    "log(1 + sum(exp(x)))",
    "log(sum(exp(A*x - y)))",
    "phi(A*x - y) + dot(c, x)",
    "-(-sum(exp(x)))",
    "exp(norm2sq(x))",
    "sum(c) + sum(exp(exp(x)))",
  ])("%s", (body) => {
    expect(faults(body)).toEqual([]);
  });
});

describe("not known to be convex", () => {
  test.each([
    "sum(c .* exp(x))",
    "-sum(exp(x))",
    "sum(x .^ 3)",
    "sum(exp(-exp(x)))",
    "sum(tanh(x))",
    "sum(exp(x)) - norm2sq(x)",
    "sum(x .* exp(x))",
    "sum(log(1 .+ exp(A*x) .* exp(-(x .^ 2))))",
    "sum(exp(A*exp(x)))",
    "dot(c, exp(x))",
    "phi(x .^ 2 - exp(x))",
    "stop_gradient(sum(x))*sum(exp(x))",
  ])("%s", (body) => {
    expect(faults(body)).toEqual(["IPX3104"]);
  });
});

test.each([
  ["-sum(log(x))", []],
  ["sum(x .^ 1.5)", []],
  ["sum(log(x))", ["IPX3104"]],
  ["sum(sqrt(x))", ["IPX3104"]],
] as const)("%s of what is positive", (body, codes) => {
  expect(faults(body, " in (0, inf)")).toEqual(codes);
});

/** Kinks are convex, too; what asks for no derivative sees them. */
function isConvex(body: string): boolean {
  const text = `program method[space X in R] {
  given g : X -> R with convex
  input y : X
  output g(y)*y
}

problem prior[n] {
  given a : R[n] in [0, inf)
  fun g(x : R[n]) = ${body}
}

program p = method for prior
`;
  return analyse({ path: "p.ipx", text }, () => null).diagnostics.every(
    ({ severity }) => severity !== "error",
  );
}

test.each([
  ["sum(a .* abs(x))", true],
  ["sum(max(x, 0))", true],
  ["maximum(x) - minimum(x)", true],
  ["sum(min(x, 0))", false],
  ["sum(abs(abs(x) .- 1))", false],
] as const)("%s is convex: %s", (body, is) => {
  expect(isConvex(body)).toBe(is);
});
