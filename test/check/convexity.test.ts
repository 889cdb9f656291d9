import { describe, expect, test } from "vitest";
import { checkText } from "./check.ts";

const MEMBERS = [
  "given c : R",
  "given lambda : R in (0, inf)",
  "given mu : R in [0, inf)",
  "given A : linear R[6] -> R[4]",
  "given v : R[6]",
  "given e : R in (0, 0.5)",
  "given W : linear R[6] -> R[6] with orthonormal",
  "learn theta : R in (0, inf) = 1",
  "learn rho : R = 1",
  "input y : R[6]",
  "fun weighted(x : R[6], w : R) = w*norm1(x)",
  "fun squared(x : R[6], w : R) = w*norm2sq(x)",
  "fun moved(x : R[6], b : R[6]) = norm2sq(x - b)",
];

function program(g: string, output: string): string {
  return `program law {\n${[...MEMBERS, `fun g(x : R[6]) = ${g}`, `output theta*rho*${output}`].map((line) => `  ${line}`).join("\n")}\n}`;
}

/** The errors of a text; what is left unread is a warning. */
function errorsOf(text: string): readonly string[] {
  return checkText(text)
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code }) => code);
}

const codes = (g: string, output = "prox(e*g)(y)"): readonly string[] => errorsOf(program(g, output));

/** Convex for all values of the numbers, or with the square of the prox. */
const SOUND: readonly string[] = [
  "norm1(x) - dot(v, x)",
  "lambda*norm1(x) + mu*norm2sq(x)",
  "norm1(x)/lambda",
  "c*c*norm1(x)",
  "c*(c*norm1(x))",
  "c^2*norm1(x)",
  "norm(A)^2*norm1(x)",
  "exp(c)*norm1(x)",
  "log(1 + exp(rho))*norm1(x)",
  "theta*norm1(x)",
  "max(rho, 0)*norm1(x)",
  "weighted(x, 3)",
  "weighted(x, lambda)",
  "(-2)*(-lambda)*norm1(x)",
  "c*dot(v, x) + norm1(x)",
  "norm1(c*x)",
  "norm1(x) + 0.5*norm1(x)",
  "huber(delta = 0.5)(x - y) + lambda*huber(delta = 0.5)(x - y)",
  "norm1(x) + norm2sq(2*x) - norm2sq(x)",
  "lambda*norm1(x) + lambda*norm2sq(x) - lambda*norm2sq(x - v)",
  "norm1(x) - 0.9*norm2sq(x)",
  "norm2sq(A*x) - norm2sq(x)/2",
  "norm2sq(x) - norm2sq(W*x)",
  "moved(x, y) + moved(x, y)",
  "moved(x, y) + moved(x, v)",
  "weighted(x, lambda) + weighted(x, 3)",
  "indicator(nonnegative)(x) + norm1(x) - 0.5*norm2sq(x)",
];

/** Of these somebody's numbers make a prox without a point, or with several. */
const UNSOUND: readonly string[] = [
  "c*norm1(x)",
  "-lambda*norm1(x)",
  "rho*norm2sq(x)",
  "c*c*c*norm1(x)",
  "norm1(x)/c",
  "weighted(x, c)",
  "weighted(x, -1)",
  "c*indicator(nonnegative)(x)",
  "norm1(x) - 2*norm2sq(x)",
  "norm1(x) - lambda*norm2sq(x)",
  "norm1(x) + norm2sq(x) - norm2sq(2*x)",
  "norm2sq(A*x) - 2*norm2sq(x)",
  "norm2sq(x) - norm2sq(v .* x)",
  "norm2sq(x) - norm2sq(A*x)",
  "norm1(x) + c*norm1(x)",
  "weighted(x, 2) + weighted(x, -1)",
  "squared(x, lambda) - squared(x, 3)",
];

describe("the prox of a function asks for its convexity", () => {
  test.each(SOUND)("%s", (g) => {
    expect(codes(g)).toEqual([]);
  });

  test.each(UNSOUND)("not %s", (g) => {
    expect(codes(g)).toEqual(["IPX3103"]);
    expect(codes(g, "prox(e*g, by = inner(max = 20))(y)")).toEqual(["IPX3103"]);
    expect(codes(g, "prox(e*conjugate(g))(y)")).toEqual(["IPX3103"]);
  });

  test("what the step alone outweighs is not convex enough for a conjugate or a scaling", () => {
    const g = "norm1(x) - 0.9*norm2sq(x)";
    expect(codes(g, "prox(e*conjugate(g))(y)")).toEqual(["IPX3103"]);
    expect(codes(g, "prox(g, scaling = exp(v))(y)")).toEqual(["IPX3103"]);
    expect(codes(g, "prox(0.6*g)(y)")).toEqual(["IPX3103"]);
    expect(codes("norm1(x) + norm2sq(x) - 0.9*norm2sq(x)", "prox(e*conjugate(g))(y)")).toEqual([]);
  });
});

describe("filtered back-projection is of X-ray transforms", () => {
  const OPERATORS: Readonly<Record<string, readonly string[]>> = {
    "diag(P)": ["IPX2042"],
    "2*B": ["IPX2042"],
    "B*diag(P)": ["IPX2042"],
    K: ["IPX2042"],
    B: [],
    X: [],
    "radon(angles, detectors = 6)": [],
  };
  test.each(Object.entries(OPERATORS))("%s", (of, expected) => {
    const text = `program law {
  given P : R[6, 6]
  given B : linear R[6, 6] -> R[6, 6]
  given angles : R[6]
  input y : R[6, 6]
  let K = diag(P)
  let X : linear R[6, 6] -> R[6, 6] = radon(angles, detectors = 6)
  let F : linear R[6, 6] -> R[6, 6] = filtered_backprojection(${of})
  output F*y
}`;
    expect(errorsOf(text)).toEqual(expected);
  });
});
