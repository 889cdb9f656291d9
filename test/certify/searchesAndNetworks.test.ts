import { describe, expect, test } from "vitest";
import { answerOf } from "./lab/answers.ts";
import { type Case, NONE, open, proved } from "./lab/cases.ts";
import {
  lasso,
  lineSearch,
  plugAndPlay,
  relaxedDirection,
  scaledProjection,
  SHORT_STEP,
} from "./lab/texts.ts";

describe("line searches", () => {
  proved([
    ["Armijo on F", lineSearch({}), /Armijo/u],
    [
      "Armijo on f after a projection",
      lasso({
        declarations: SHORT_STEP,
        objective: "f(x)",
        step: "let z = proj(nonnegative)(x - t*grad f(x)) - x\n var c = 1\n while f(x + c*z) > f(x) + 1e-4*c*dot(grad f(x), z) max 60 { c <- c/2 }\n x <- x + c*z",
      }),
      /Armijo/u,
    ],
    ["an accepted direction", relaxedDirection({}), /^DRS\+$/u],
    [
      "ISTA with backtracking",
      lasso({
        states: "state x : X = 0\n  state L : R in (0, inf) = 0.1",
        step: "var xn = prox(g/L)(x - grad f(x)/L)\n while f(xn) > f(x) + dot(grad f(x), xn - x) + L/2*norm2sq(xn - x) max 60 { L <- 2*L; xn <- prox(g/L)(x - grad f(x)/L) }\n x <- xn",
      }),
      /^proximal gradient with backtracking$/u,
    ],
    ["scaled projections", scaledProjection({}), /^scaled gradient projection/u],
    [
      "scaled projections, 1/(k + 1)^2",
      scaledProjection({ rho: "sqrt(1 + c/(k + 1)^2)" }),
      /^scaled gradient projection/u,
    ],
    [
      "projections with a changing step",
      scaledProjection({ projection: "proj(nonnegative)(x - t*gx)" }),
      /^scaled gradient projection/u,
    ],
  ]);
  open([
    ["the slope of f alone", lineSearch({ slope: "dot(gx, z)" }), /no share of the slope/u],
    ["more than the slope", lineSearch({ beta: "1.5" }), /no share of the slope/u],
    ["steps that grow", lineSearch({ shrink: "2*c" }), NONE],
    ["a generous slack", lineSearch({ slack: "0.01" }), NONE],
    ["a prox of another size", lineSearch({ direction: "let z = prox(2*t*g)(x - t*gx) - x" }), NONE],
    ["no test of the descent", relaxedDirection({ accepts: "D <= 1" }), NONE],
    ["no test of the length", relaxedDirection({ length: "norm2sq(z) <= 100" }), NONE],
    ["a fallback to the network's direction", relaxedDirection({ fallback: "z1" }), NONE],
    ["a slope of f alone for DRS+", relaxedDirection({ slope: "dot(gx, z)" }), /no share of the slope/u],
    ["scalings without a bound", scaledProjection({ scaling: "abs(x) .+ 0.1" }), /approach 1/u],
    ["scalings in a fixed interval", scaledProjection({ rho: "10" }), /approach 1/u],
    ["scalings that approach 1 too slowly", scaledProjection({ rho: "sqrt(1 + c/(k + 1))" }), /approach 1/u],
    ["steps without a lower bound", scaledProjection({ t: "R in (0, 10]" }), /tmin > 0/u],
    ["a projection that is no box", scaledProjection({ projection: "proj(ball(1))(x - t*d .* gx)" }), NONE],
  ]);
});

describe("networks and given maps", () => {
  const PROX = "x <- D(x - t*grad f(x))";
  proved([
    [
      "a residual bound with a Tikhonov term",
      plugAndPlay({ bound: "with residual_lipschitz <= 0.3", smooth: "+ norm2sq(x)/2", step: PROX }),
      /^DE-Prox/u,
    ],
    [
      "an averaged denoiser",
      plugAndPlay({ bound: "with averaged <= 0.5", step: PROX }),
      /averaged denoiser/u,
    ],
    [
      "a relaxed denoiser",
      plugAndPlay({ bound: "with nonexpansive", step: "x <- 0.5*x + 0.5*D(x - t*grad f(x))" }),
      /averaged denoiser/u,
    ],
    [
      "a nonexpansive denoiser with a Tikhonov term",
      plugAndPlay({ bound: "with nonexpansive", smooth: "+ norm2sq(x)/2", step: PROX }),
      /nonexpansive denoiser/u,
    ],
    [
      "a contractive denoiser",
      plugAndPlay({ bound: "with lipschitz <= 0.9", step: PROX }),
      /^proximal gradient with a contractive denoiser$/u,
    ],
    [
      "a relaxed contractive denoiser",
      plugAndPlay({ bound: "with lipschitz <= 0.9", step: "x <- 0.5*x + 0.5*D(x - t*grad f(x))" }),
      /contractive denoiser/u,
    ],
    [
      "a contractive denoiser behind a step slightly too long",
      plugAndPlay({ bound: "with lipschitz <= 0.9", declarations: "let t = 2.1/lip(grad f)", step: PROX }),
      /contractive denoiser/u,
    ],
    [
      "a learned contractive denoiser",
      plugAndPlay({ bound: "with lipschitz <= 0.9", step: PROX })
        .replace(
          "program",
          "net b[n](u : R[n]) -> R[n] { return u |> dense(n) |> relu |> dense(n) }\nprogram",
        )
        .replace("space X in R, space Y in R", "n, m")
        .replace("given D : X -> X", "learn D : net R[n] -> R[n] = b")
        .replaceAll(/\bX\b/gu, "R[n]")
        .replaceAll(/\bY\b/gu, "R[m]")
        .replace("converge(max = 100)", "equilibrium(max = 100)"),
      /contractive denoiser/u,
    ],
    ...["", "1.9*"].map((relaxation): Case => [
      `Douglas-Rachford with a firmly nonexpansive denoiser ${relaxation}`,
      plugAndPlay({
        bound: "with averaged <= 0.5",
        declarations: "",
        step: `let p = prox(f, by = cg(tol = 1e-6, max = 50))(x)\n x <- x + ${relaxation}(D(2*p - x) - p)`,
      }),
      /^plug-and-play Douglas-Rachford$/u,
    ]),
    [
      "x - D(x), 0.9-Lipschitz",
      plugAndPlay({ bound: "with lipschitz <= 0.9", step: "x <- x - 0.6*(grad f(x) + x - D(x))" }),
      /^DE-Grad/u,
    ],
    [
      "x - D(x), nonexpansive",
      plugAndPlay({ bound: "with nonexpansive", step: "x <- x - 0.6*(grad f(x) + x - D(x))" }),
      /RED/u,
    ],
    [
      "a bound without a sign",
      plugAndPlay({
        bound: "with lipschitz <= 0.1",
        declarations: "",
        smooth: "+ mu/2*norm2sq(x)",
        step: "x <- x - 0.5*(grad f(x) + D(x))",
      }).replace("input y : Y", "input y : Y\n  given mu : R in [0.5, 1] = 0.7"),
      /^DE-Grad/u,
    ],
    [
      "x + D(x), nonexpansive",
      plugAndPlay({ bound: "with nonexpansive", step: "x <- x - 0.6*(grad f(x) + x + D(x))" }),
      /RED/u,
    ],
    [
      "plug-and-play Douglas-Rachford",
      plugAndPlay({
        bound: "with residual_lipschitz <= 0.6",
        smooth: "+ norm2sq(x)/2",
        declarations: "",
        step: "let p = prox(f, by = cg(tol = 1e-6, max = 50))(x)\n x <- x + D(2*p - x) - p",
      }),
      /^plug-and-play Douglas-Rachford$/u,
    ],
  ]);
  test("the factor of plug-and-play Douglas-Rachford is that of the theory", () => {
    const text = plugAndPlay({
      bound: "with residual_lipschitz <= 0.6",
      smooth: "+ norm2sq(x)/2",
      declarations: "",
      step: "let p = prox(f, by = cg(tol = 1e-6, max = 50))(x)\n x <- x + D(2*p - x) - p",
    });
    expect(answerOf(text).certificate?.statement).toContain("factor 0.781,");
  });
  open([
    [
      "a residual bound without strong convexity",
      plugAndPlay({ bound: "with residual_lipschitz <= 0.3", step: PROX }),
      /mu = 0/u,
    ],
    [
      "too large a residual",
      plugAndPlay({ bound: "with residual_lipschitz <= 1.1", smooth: "+ norm2sq(x)/2", step: PROX }),
      /not known to stay below 1/u,
    ],
    ["a merely nonexpansive denoiser", plugAndPlay({ bound: "with nonexpansive", step: PROX }), /Relax it/u],
    [
      "over-relaxation",
      plugAndPlay({ bound: "with nonexpansive", step: "x <- 1.5*D(x - t*grad f(x)) - 0.5*x" }),
      /Relax it/u,
    ],
    [
      "a contractive denoiser behind a step that expands more",
      plugAndPlay({ bound: "with lipschitz <= 0.9", declarations: "let t = 2.2/lip(grad f)", step: PROX }),
      /not bounded/u,
    ],
    [
      "over-relaxation of a contraction",
      plugAndPlay({ bound: "with lipschitz <= 0.9", step: "x <- 1.5*D(x - t*grad f(x)) - 0.5*x" }),
      /Relax it/u,
    ],
    [
      "an expansive denoiser",
      plugAndPlay({ bound: "with lipschitz <= 1.1", step: PROX }),
      /is 1.1-Lipschitz, and above 1/u,
    ],
    ...(
      [
        ["with averaged <= 0.6", "", /is 0.6-averaged, and 0.5 is needed/u],
        ["with averaged <= 0.5", "2*", /0.5-averaged, and the relaxation has to stay in \(0, 2\)/u],
        ["with lipschitz <= 0.9", "", /Lipschitz constant of `D` is not enough/u],
        ["", "", /has no bound/u],
      ] as const
    ).map(([bound, relaxation, reason]): Case => [
      `Douglas-Rachford with a map ${bound} ${relaxation}`,
      plugAndPlay({
        bound,
        declarations: "",
        step: `let p = prox(f, by = cg(tol = 1e-6, max = 50))(x)\n x <- x + ${relaxation}(D(2*p - x) - p)`,
      }),
      reason,
    ]),
    ["no bound", plugAndPlay({ bound: "", step: PROX }), /has no bound/u],
    [
      "x - D(x), 1.5-Lipschitz",
      plugAndPlay({ bound: "with lipschitz <= 1.5", step: "x <- x - 0.2*(grad f(x) + x - D(x))" }),
      /only below 1/u,
    ],
    [
      "too long a step",
      plugAndPlay({ bound: "with lipschitz <= 0.9", step: "x <- x - 0.8*(grad f(x) + x - D(x))" }),
      /not bounded/u,
    ],
    [
      "-D(x) without x",
      plugAndPlay({ bound: "with lipschitz <= 0.9", step: "x <- x - 0.2*(grad f(x) - D(x))" }),
      /outweighs x/u,
    ],
    [
      "D(x) that outweighs the curvature",
      plugAndPlay({
        bound: "with lipschitz <= 0.9",
        smooth: "+ 0.1*norm2sq(x)",
        step: "x <- x - 0.2*(grad f(x) + D(x))",
        declarations: "",
      }),
      /outweighs x: a contraction needs x \+ D\(x\)/u,
    ],
    [
      "a monotone map",
      plugAndPlay({
        bound: "with monotone, lipschitz <= 1",
        step: "x <- x - 0.5*(D(x) - A'*y)",
        declarations: "",
      }),
      /outweighs x/u,
    ],
    [
      "a weight of unknown sign",
      plugAndPlay({
        bound: "with lipschitz <= 0.1",
        declarations: "given c : R in [-1, 1] = 0.5",
        step: "x <- x - 0.5*(grad f(x) + x - c*D(x))",
      }),
      /of which the sign is not known/u,
    ],
    [
      "too large a residual in Douglas-Rachford",
      plugAndPlay({
        bound: "with residual_lipschitz <= 0.9",
        smooth: "+ 0.1*norm2sq(x)",
        declarations: "",
        step: "let p = prox(f, by = cg(tol = 1e-6, max = 50))(x)\n x <- x + D(2*p - x) - p",
      }),
      /1 or more proves nothing/u,
    ],
  ]);
  test("a network with FISTA's momentum is not taken for FISTA", () => {
    const text = plugAndPlay({
      bound: "with lipschitz <= 0.9",
      declarations: "state z : X = 0\n  state s : R in [1, inf) = 1",
      step: "x <- z - 0.2*(grad f(z) + z - D(z))\n s <- (1 + sqrt(1 + 4*s^2))/2\n z <- x + (old s - 1)/s*(x - old x)",
    });
    expect(answerOf(text).certificate?.answer).toBe("not_found");
  });
});

describe("what is asked for", () => {
  const step = "x <- D(x - t*grad f(x))";
  const asked = (proof: string): string =>
    plugAndPlay({ bound: "with nonexpansive", step }).replace("max = 100", `max = 100, proof = ${proof}`);
  test.each([
    ["wanted", ["warning IPX7003"]],
    ["required", ["error IPX7003"]],
    ["none", []],
  ])("proof = %s", (proof, said) => {
    expect(answerOf(asked(proof)).said.filter((each) => each.includes("IPX7"))).toEqual(said);
  });
});
