import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answerOf } from "./lab/answers.ts";

const folder = new URL("../../programs/", import.meta.url);
const programText = (name: string): string => readFileSync(new URL(`${name}.ipx`, folder), "utf8");

/** What is known of the programs of the project: the algorithm as which each is proved. */
const PROVED: Readonly<Record<string, RegExp>> = {
  landweber: /^gradient descent$/u,
  gradient_descent_tikhonov: /^projected gradient$/u,
  ista: /^proximal gradient$/u,
  fista: /^FISTA$/u,
  fista_backtracking: /^FISTA with backtracking$/u,
  admm_lasso: /^ADMM$/u,
  tv_chambolle_pock: /^Chambolle-Pock$/u,
  mri_multicoil_tv: /^Condat-Vu$/u,
  de_grad: /^DE-Grad/u,
  equilibrium_tikhonov: /^DE-Grad/u,
  superresolution_red: /RED/u,
  sgp: /^scaled gradient projection/u,
  sgp_drs_plus: /^DRS\+$/u,
};

test.each(Object.entries(PROVED))("%s is proved", (name, algorithm) => {
  const { certificate, said } = answerOf(programText(name));
  expect(certificate?.answer).toBe("proved");
  expect(certificate?.algorithm).toMatch(algorithm);
  expect(said).toEqual(["note IPX7002"]);
});

test.each([
  "landweber",
  "gradient_descent_tikhonov",
  "ista",
  "admm_lasso",
  "tv_chambolle_pock",
  "mri_multicoil_tv",
])("%s converges to a minimiser of its objective", (name) => {
  expect(answerOf(programText(name)).certificate?.statement).toContain("a minimiser of the objective");
});

test.each(["fista", "fista_backtracking", "sgp", "sgp_drs_plus"])("%s speaks of its objective", (name) => {
  expect(answerOf(programText(name)).certificate?.statement).toContain("F is the objective");
});

describe("what a proof rests on is said", () => {
  test.each([
    ["admm_lasso", "the inner solves count as exact: each reaches its tolerance of 1e-6 within 50 rounds"],
    ["ista", "a minimiser exists"],
    ["fista", "a minimiser exists"],
    ["tv_chambolle_pock", "tau*sigma*|K|^2 < 1"],
    ["fista_backtracking", "L never falls"],
    ["fista_backtracking", "up to the slack of the line search"],
    ["sgp", "up to the slack of the line search"],
    ["sgp", "sum(rho_k^2 - 1) < inf"],
    ["superresolution_red", "`D` is nonexpansive"],
  ])("%s: %s", (name, condition) => {
    expect(answerOf(programText(name)).certificate?.conditions).toContain(condition);
  });

  test("the product of tv_chambolle_pock is 0.99 squared", () => {
    expect(answerOf(programText("tv_chambolle_pock")).certificate?.statement).toContain("= 0.9801 stays");
  });
});

test("de_prox is not proved, and the three ways out are named", () => {
  const { certificate, said, hints } = answerOf(programText("de_prox"));
  expect(certificate?.answer).toBe("not_found");
  expect(certificate?.algorithm).toMatch(/^DE-Prox/u);
  expect(said).toEqual(["warning IPX7003"]);
  expect(hints).toContain("mu = 0");
  for (const way of ["a Tikhonov term", "DE-Grad with eps < 1", "an averaged denoiser"]) {
    expect(hints).toContain(way);
  }
});

test.each(["sgp_drs_step", "sgp_drs_diag"])("%s is warned of its line search alone", (name) => {
  const { certificate, said } = answerOf(programText(name));
  expect(certificate?.answer).toBe("not_found");
  expect(said).toEqual(["warning IPX7101"]);
});

test.each([
  ["de_admm", /mu = 0/u],
  ["pnp_admm", /mu = 0/u],
  ["sgd", /at random/u],
  ["kaczmarz", /none of the algorithms/u],
  ["admm_tv", /none of the algorithms/u],
  ["tv_proximal", /a prox by inner iterations is not exact/u],
])("%s is not proved, with a reason", (name, reason) => {
  const { certificate, said } = answerOf(programText(name));
  expect(certificate?.answer).toBe("not_found");
  expect(certificate?.statement).toMatch(reason);
  expect(said).toEqual(["warning IPX7003"]);
});

test.each(["lista", "lista_cp", "tilista", "lista_cpss", "alista", "admm_net", "fbp", "dncnn_denoise"])(
  "%s is asked for nothing",
  (name) => {
    expect(answerOf(programText(name))).toMatchObject({ certificate: null, said: [] });
  },
);
