import { describe, expect, test } from "vitest";
import { answerOf } from "./lab/answers.ts";
import { proved } from "./lab/cases.ts";

describe("norms of products", () => {
  const composed = (step: string, image: string, extra = ""): string => `program composed[n] {
  given P : linear R[n] -> R[n]
  given Q : linear R[n] -> R[n]
  given s : R[n]
  given W : linear R[n] -> R[n] with orthonormal
  input y : R[n]
  let B = P*Q
  fun f(x : R[n]) = 1/2*norm2sq(${image} - y)
  let t = ${step}
  state x : R[n] = 0
  step { x <- x - t*${extra === "" ? "grad f(x)" : extra} }
  objective f(x)
  output x
  converge(max = 10)
}`;
  proved([
    ["a product", composed("1.9/norm(P*Q)^2", "P*(Q*x)"), /^gradient/u],
    ["its adjoint", composed("1.9/norm(Q'*P')^2", "B*x"), /^gradient/u],
    ["the product of norms", composed("1.9/(norm(P)*norm(Q))^2", "B*x"), /^gradient/u],
    ["an orthonormal factor in front", composed("1.9/norm(P*Q)^2", "W*(P*(Q*x))"), /^gradient/u],
    [
      "the gradient written out",
      composed("1.9/norm(B)^2", "P*(Q*x)", "(Q'*(P'*(P*(Q*x) - y)))"),
      /^gradient/u,
    ],
    ["entry by entry", composed("1.9/lip(grad f)", "s .* (P*x)"), /^gradient/u],
    ["the largest weight", composed("1.9/maximum(abs(s))^2", "s .* x"), /^gradient/u],
    [
      "the largest weight by hand",
      composed("1.9/maximum(abs(s))^2", "s .* x", "(s .* (s .* x - y))"),
      /^gradient/u,
    ],
    ["a weighted residual", composed("1.9/lip(grad f)", "s .* (P*x - y)"), /^gradient/u],
    [
      "weights twice",
      composed("1.9/norm(diag(s)*P)^2", "s .* (P*x)", "P'*(s .* (s .* (P*x) - y))"),
      /^gradient/u,
    ],
  ]);
  test.each([
    ["another product of the same operators", composed("1/norm(P*Q)^2", "P*(W*(Q*x))")],
    ["the product in another order", composed("1/norm(P*Q)^2", "Q*(P*x)")],
    ["the largest of other entries", composed("1/maximum(abs(y))^2", "s .* x")],
    ["the largest entry", composed("1/maximum(s)^2", "s .* x")],
    ["other weights", composed("1/norm(diag(s)*P)^2", "P*(s .* x)")],
  ])("a small norm(P*Q) proves nothing for %s", (_, text) => {
    expect(answerOf(text).certificate?.answer).toBe("not_found");
  });
});
