import { expect, test } from "vitest";
import { realArray } from "../../runtime/io/hostArray.ts";
import { stream } from "../../runtime/random/stream.ts";
import { evaluated } from "./lab/evaluate.ts";

const [M, N] = [5, 4];
const random = stream(31, "several calls");
const A = realArray(
  [M, N],
  Float64Array.from({ length: M * N }, () => random.normal()),
);
const y = realArray(
  [1, M],
  Float64Array.from({ length: M }, () => random.normal()),
);

/** What lip(grad f) is of f(x), given that s(x, w, b) = w |Ax - b|^2 and u(x, w) = s(x, w, y) + s(x, 2w, 0y). */
async function lipschitzOf(f: string): Promise<number> {
  const text = `program p[m, n] {
    given A : linear R[n] -> R[m]
    input y : R[m]
    fun s(x : R[n], w : R, b : R[m]) = w*norm2sq(A*x - b)
    fun u(x : R[n], w : R) = s(x, w, y) + s(x, 2*w, 0*y)
    fun f(x : R[n]) = ${f}
    output lip(grad f) + 0*sum(y)
  }`;
  const [[bound = Number.NaN] = []] = await evaluated(text, { y }, { A });
  return bound;
}

test("each call of one function in a sum has its own arguments", async () => {
  const one = await lipschitzOf("norm2sq(A*x - y)");
  expect(one).toBeGreaterThan(0);
  expect(await lipschitzOf("s(x, 1, y) + s(x, 2, 2*y)")).toBeCloseTo(3 * one, 10);
  expect(await lipschitzOf("u(x, 1) + u(x, 3)/2 + s(2*x, 1, y)")).toBeCloseTo((3 + 4.5 + 4) * one, 10);
});
