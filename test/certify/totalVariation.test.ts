import { describe, expect, test } from "vitest";
import { answerOf } from "./lab/answers.ts";

interface Parts {
  readonly declarations?: string;
  /** what the step calls the gradient */
  readonly operator?: string;
  readonly size?: string;
  readonly objective?: string;
}

/** Total-variation denoising by the method of Chambolle and Pock. */
function denoising({ declarations, operator = "gradient", size, objective }: Parts): string {
  return `program p[h, w] {
  input y : R[h, w]
  fun G(x : R[h, w]) = 1/2*norm2sq(x - y)
  fun F(p : R[h, w, 2]) = 0.4*norm21(p)
  ${declarations ?? ""}
  let s = ${size ?? "0.99/norm(gradient)"}
  state x : R[h, w] = y
  state xb : R[h, w] = y
  state p : R[h, w, 2] = 0
  step {
    p <- prox(s*conjugate(F))(p + s*(${operator}*xb))
    x <- prox(s*G)(x - s*(${operator}'*p))
    xb <- 2*x - old x
  }
  objective ${objective ?? "G(x) + 0.4*tv(x)"}
  output x
  converge(max = 100)
}
`;
}

const ALIAS = "let K : linear R[h, w] -> R[h, w, 2] = gradient";

describe("total variation", () => {
  test.each([
    ["by norm(gradient)", denoising({})],
    ["written out in the objective", denoising({ objective: "G(x) + 0.4*norm21(gradient*x)" })],
    ["written twice", denoising({ objective: "G(x) + 0.1*tv(x) + 0.3*norm21(gradient*x)" })],
    ["by the norm of another name", denoising({ declarations: ALIAS, size: "0.99/norm(K)" })],
    ["by another name", denoising({ declarations: ALIAS, operator: "K" })],
    [
      "by two names",
      denoising({ declarations: `${ALIAS}\n  let L = K`, operator: "L", size: "0.99/norm(K)" }),
    ],
  ])("%s is proved to be minimised", (_what, text) => {
    const { certificate, said } = answerOf(text);
    expect(said).toEqual(["note IPX7002"]);
    expect(certificate?.statement).toMatch(/to a minimiser of the objective/u);
  });

  test.each([
    ["another weight", "G(x) + 0.5*tv(x)"],
    ["another point", "G(x) + 0.4*tv(x - y)"],
    ["another norm", "G(x) + 0.4*norm1(gradient*x)"],
  ])("of %s is another objective", (_what, objective) => {
    expect(answerOf(denoising({ objective })).said).toContain("warning IPX7102");
  });

  test("the norm of a gradient on other images proves nothing", () => {
    const text = denoising({
      declarations: "let M : linear R[w, h] -> R[w, h, 2] = gradient",
      size: "0.99/norm(M)",
    });
    expect(answerOf(text).certificate?.answer).toBe("not_found");
  });
});
