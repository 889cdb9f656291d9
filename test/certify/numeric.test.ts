import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Dice } from "../ir/lab.ts";
import { answerOf } from "./lab/answers.ts";
import { type Iteration, iterationOf, type Matrix, run, type State, type Vector } from "./lab/iteration.ts";
import {
  apply,
  difference,
  distance,
  dot,
  norm,
  randomMatrix,
  randomVector,
  transposed,
} from "./lab/linear.ts";
import {
  admm,
  backtracking,
  fista,
  lasso,
  lineSearch,
  primalDual,
  relaxedDirection,
  scaledProjection,
} from "./lab/texts.ts";

const [N, M] = [6, 4];
const seeds = fc.integer({ min: 1, max: 10_000 });

interface Problem {
  readonly matrix: Matrix;
  readonly y: Vector;
  readonly lambda: number;
}

function problemOf(dice: Dice, size = 1.7): Problem {
  const matrix = randomMatrix(dice, M, N, size);
  return { matrix, y: randomVector(dice, M, 2), lambda: 0.2 };
}

/** The iteration of a text that the compiler has proved, on random data. */
function proved(
  text: string,
  { matrix, y, lambda }: Problem,
  more: Readonly<Record<string, number | Vector>> = {},
): Iteration {
  expect(answerOf(text).certificate?.answer).toBe("proved");
  return iterationOf(text, N, M, { A: { matrix }, y, lambda, ...more });
}

/** |Tx - Ty|^2 <= |x - y|^2 - (1 - a)/a |(I - T)x - (I - T)y|^2 on random pairs; a = 1 is nonexpansive. */
function isAveraged(iteration: Iteration, dice: Dice, a: number): void {
  for (let k = 0; k < 12; k += 1) {
    const [x, y] = [0, 1].map(() => iteration.start.map((each) => randomVector(dice, each.length, 3)));
    if (x === undefined || y === undefined) return;
    const [p, q] = [iteration.step(x), iteration.step(y)];
    const residue = p.map((each, i) => difference(difference(x[i]!, each), difference(y[i]!, q[i]!)));
    const loss = ((1 - a) / a) * residue.reduce((sum, each) => sum + dot(each, each), 0);
    expect(distance(p, q) ** 2).toBeLessThanOrEqual(distance(x, y) ** 2 - loss + 1e-9);
  }
}

/** The least value that a well tried method finds: FISTA with restarts by a long run. */
function leastValue({ matrix, y, lambda }: Problem): { readonly value: number; readonly x: Vector } {
  const text = lasso({ declarations: "let t = 1/norm(A)^2", step: "x <- prox(t*g)(x - t*grad f(x))" });
  const iteration = iterationOf(text, N, M, { A: { matrix }, y, lambda });
  const last = run(iteration, 3000).at(-1)!;
  return { value: iteration.objective(last), x: last[0]! };
}

describe("steps that are claimed to be averaged are", () => {
  const check = (make: (dice: Dice) => void): void => {
    fc.assert(
      fc.property(seeds, (seed) => {
        make(new Dice(seed));
      }),
      { numRuns: 8 },
    );
  };

  test("proximal gradient: 2/(4 - tL)", () => {
    const text = lasso({
      declarations: "learn t : R in (0, 2/lip(grad f)) = 1/lip(grad f)",
      step: "x <- prox(t*g)(x - t*grad f(x))",
    });
    check((dice) => {
      const share = 1 + 0.98 * dice.next();
      const iteration = proved(text, problemOf(dice), { t: share / 1.7 ** 2 });
      isAveraged(iteration, dice, 2 / (4 - share));
    });
  });

  test("relaxed proximal gradient", () => {
    const text = lasso({
      declarations: "let t = 1/norm(A)^2",
      step: "let p = prox(t*g)(x - t*grad f(x))\n x <- 1.4*p - 0.4*x",
    });
    check((dice) => {
      isAveraged(proved(text, problemOf(dice)), dice, 1.4 * (2 / 3));
    });
  });

  test("gradient descent on huber behind an operator", () => {
    const text = lasso({
      declarations: "fun h(v : Y) = huber(delta = 0.3)(v - y)\n  let t = 1.9/norm(A)^2",
      objective: "h(A*x)",
      step: "x <- x - t*A'*grad h(A*x)",
    });
    check((dice) => {
      isAveraged(proved(text, problemOf(dice)), dice, 0.95);
    });
  });

  test("Douglas-Rachford", () => {
    const text = lasso({
      objective: null,
      output: "z",
      states: "state z : X = 0",
      step: "let p = prox(f/2, by = cg(tol = 1e-15, max = 80))(z)\n z <- z + 1.5*(prox(g/2)(2*p - z) - p)",
    });
    check((dice) => {
      isAveraged(proved(text, problemOf(dice)), dice, 0.75);
    });
  });

  test("Chambolle-Pock is firmly nonexpansive in its own metric", () => {
    const text = primalDual({});
    check((dice) => {
      const matrix = randomMatrix(dice, M, N, 2);
      expect(answerOf(text).certificate?.answer).toBe("proved");
      const iteration = iterationOf(text, N, M, { K: { matrix }, y: randomVector(dice, M, 2) });
      const [tau, sigma] = [0.99 / 2, 1 / 2];
      // the state before the extrapolation: the dual is updated with it, so x, p and the last x make one step
      const squared = (x: Vector, p: Vector): number =>
        dot(x, x) / tau + dot(p, p) / sigma - 2 * dot(apply(matrix, x), p);
      const draw = (): State => iteration.start.map((each) => randomVector(dice, each.length, 2));
      for (let k = 0; k < 8; k += 1) {
        const [a, b] = [draw(), draw()].map((state) => settled(iteration, state));
        if (a === undefined || b === undefined) return;
        const [p, q] = [iteration.step(a), iteration.step(b)];
        const next = (s: State, t: State): State =>
          iteration.step(t).map((each, i) => (i === 0 ? s[i]! : each));
        const [u, v] = [next(a, a), next(b, b)];
        const before = squared(difference(a[0]!, b[0]!), difference(u[1]!, v[1]!));
        const [pp, qq] = [next(p, p), next(q, q)];
        const after = squared(difference(p[0]!, q[0]!), difference(pp[1]!, qq[1]!));
        expect(after).toBeLessThanOrEqual(before + 1e-9);
      }
    });
  });
});

/** A state of a primal-dual iteration as it is after a step: its extrapolated point belongs to its x. */
function settled(iteration: Iteration, state: State): State {
  return iteration.step(iteration.step(state));
}

describe("methods that are claimed to converge do, to the same value", () => {
  const reaches = (make: (problem: Problem) => Iteration, steps: number, tolerance: number): void => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = problemOf(new Dice(seed));
        const iteration = make(problem);
        const last = run(iteration, steps).at(-1)!;
        expect(iteration.objective(last) - leastValue(problem).value).toBeLessThan(tolerance);
      }),
      { numRuns: 4 },
    );
  };

  test("ADMM", () => {
    reaches((problem) => proved(admm({}), problem, { rho: 0.7 }), 400, 1e-6);
  });
  test("ADMM with an unscaled multiplier", () => {
    const text = admm({
      x: "solve(A'*A + rho*I, A'*y + rho*z - u, by = cg(tol = 1e-14, max = 50))",
      z: "prox(g/rho)(h + u/rho)",
      u: "u + rho*(h - z)",
    });
    reaches((problem) => proved(text, problem, { rho: 0.7 }), 400, 1e-6);
  });
  test("over-relaxed ADMM", () => {
    reaches(
      (problem) => proved(admm({ relaxed: "let h = 1.8*x - 0.8*z" }), problem, { rho: 0.7 }),
      400,
      1e-6,
    );
  });
  test("Armijo's rule on F", () => {
    reaches((problem) => proved(lineSearch({}), problem), 1500, 1e-4);
  });
  test("DRS+ with any scaling", () => {
    reaches(
      (problem) =>
        proved(relaxedDirection({}), problem, {
          d: randomVector(new Dice(5), N).map((x) => 1.05 + x),
          s: 0.1,
          M: 100,
        }),
      1500,
      1e-4,
    );
  });
  test("Condat-Vu", () => {
    const text = lasso({
      declarations: "let sigma = 1/2\n  let t = 1/(norm(A)^2 + 1)",
      states: "state x : X = 0\n  state p : X = 0\n  state b : X = x",
      step: "p <- prox(sigma*conjugate(g))(p + sigma*b)\n x <- x - t*(grad f(x) + p)\n b <- 2*x - old x",
    });
    reaches((problem) => proved(text, problem), 2000, 1e-5);
  });
});

describe("rates", () => {
  const bounded = (
    text: string,
    growth: number,
    lipschitz: (run: readonly State[], names: readonly string[]) => number,
  ): void => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = problemOf(new Dice(seed));
        const iteration = proved(text, problem);
        const best = leastValue(problem);
        const states = run(iteration, 60);
        const L = lipschitz(states, iteration.names);
        const distanceOfStart = norm(difference(states[0]![0]!, best.x));
        states.forEach((state, k) => {
          if (k === 0) return;
          const limit = (2 * growth * L * distanceOfStart ** 2) / (k + 1) ** 2;
          expect(iteration.objective(state) - best.value).toBeLessThanOrEqual(limit + 1e-6);
        });
      }),
      { numRuns: 5 },
    );
  };

  test("FISTA's bound holds", () => {
    bounded(fista({}), 1, () => 1.7 ** 2);
  });

  test("FISTA with k/(k + 3) keeps the same bound", () => {
    const text = lasso({
      declarations: "let t = 1/norm(A)^2",
      states: "state x : X = 0\n  state z : X = x",
      counter: "k",
      step: "x <- prox(t*g)(z - t*grad f(z))\n z <- x + k/(k + 3)*(x - old x)",
    });
    bounded(text, 1, () => 1.7 ** 2);
  });

  test("FISTA with backtracking: the bound holds, and L never falls", () => {
    bounded(backtracking({ slack: "1e-12" }), 2, (states, names) => {
      const lengths = states.map((state) => state[names.indexOf("L")]![0]!);
      lengths.slice(1).forEach((L, k) => {
        expect(L).toBeGreaterThanOrEqual(lengths[k]!);
      });
      return 1.7 ** 2;
    });
  });

  test("momentum at twice the step may leave the bound: it is right not to prove it", () => {
    const text = fista({ declarations: "learn t : R in (0, 2/lip(grad f)) = 1/lip(grad f)" });
    expect(answerOf(text).certificate?.answer).toBe("not_found");
    const problem = {
      matrix: [
        [1, 0],
        [0, 0.1],
      ],
      y: [1, 1],
      lambda: 0,
    } as const;
    const iteration = iterationOf(
      text
        .replace("(0, inf) = 0.1", "[0, inf) = 0.1")
        .replace("prox(t*g)", "prox(t*g + 0*g)")
        .replace("prox(t*g + 0*g)(z - t*grad f(z))", "z - t*grad f(z)"),
      2,
      2,
      {
        A: { matrix: problem.matrix },
        y: problem.y,
        lambda: 0.1,
        t: 1.9,
      },
    );
    const states = run(iteration, 60);
    expect(norm(states.at(-1)![0]!)).toBeGreaterThan(1e3);
  });
});

describe("descent", () => {
  test("a line search that is proved never raises F", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const dice = new Dice(seed);
        const problem = problemOf(dice);
        const scaling = randomVector(dice, N).map((x) => 1.05 + x);
        const all = [
          proved(lineSearch({}), problem),
          proved(relaxedDirection({}), problem, { d: scaling, s: 0.1, M: 100 }),
        ];
        for (const iteration of all) {
          const values = run(iteration, 40).map((state) => iteration.objective(state));
          values.slice(1).forEach((value, k) => {
            expect(value).toBeLessThanOrEqual(values[k]! + 2e-6 * Math.abs(values[k]!) + 1e-12);
          });
        }
      }),
      { numRuns: 4 },
    );
  });

  test("scaled gradient projection reaches the least value on x >= 0", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { matrix, y } = problemOf(new Dice(seed));
        const text = scaledProjection({});
        expect(answerOf(text).certificate?.answer).toBe("proved");
        const iteration = iterationOf(text, N, M, { A: { matrix }, y, c: 10, p: 2.1 });
        const plain = iterationOf(
          lasso({
            declarations: "let t = 1/norm(A)^2",
            objective: "f(x)",
            step: "x <- proj(nonnegative)(x - t*grad f(x))",
          }),
          N,
          M,
          { A: { matrix }, y, lambda: 0.1 },
        );
        const least = plain.objective(run(plain, 3000).at(-1)!);
        expect(iteration.objective(run(iteration, 400).at(-1)!) - least).toBeLessThan(1e-4);
      }),
      { numRuns: 3 },
    );
  });
});

describe("refutations have a witness", () => {
  /** Whether a run moves away from where it should stay: the last states are further apart than the first ones. */
  function diverges(iteration: Iteration, near: State): boolean {
    let state: State = near.map((each) => each.map((entry, i) => entry + 1e-3 * Math.cos(i + 1)));
    for (let k = 0; k < 60; k += 1) state = iteration.step(state, k);
    return distance(state, near) > 1e-1;
  }

  test("of a gradient step", () => {
    const text = lasso({
      properties: "with norm <= 3.05",
      objective: null,
      step: "x <- prox(0.25*g)(x - 0.25*grad f(x))",
    });
    expect(answerOf(text).certificate?.answer).toBe("refuted");
    const matrix = [[3.05]];
    const iteration = iterationOf(text, 1, 1, { A: { matrix }, y: [10], lambda: 0.1 });
    const solution = [[(3.05 * 10 - 0.1) / 3.05 ** 2]];
    expect(distance(iteration.step(solution), solution)).toBeLessThan(1e-9);
    expect(diverges(iteration, solution)).toBe(true);
  });

  test.each([
    ["inside the ball of a norm", primalDual({ tau: "1", sigma: "0.35" }), 4 / 3, 1],
    [
      "of a square",
      primalDual({ tau: "1", sigma: "2", functions: "fun e(q : Y) = 1/2*norm2sq(q - y)" }),
      (2 + 2 / 3) / 1,
      1 / 3,
    ],
  ])("of a primal-dual step %s", (_where, text, threshold) => {
    expect(answerOf(text).certificate?.answer).toBe("refuted");
    const iteration = iterationOf(text, 1, 1, { K: { matrix: [[2]] }, y: [1] });
    const saddle: State = [[0.5], [0], [0.5]];
    expect(distance(iteration.step(saddle), saddle)).toBeLessThan(1e-9);
    expect(diverges(iteration, saddle)).toBe(true);
    expect(threshold).toBeGreaterThan(1);
  });

  test("and none exists just below the threshold of a primal-dual step", () => {
    const text = primalDual({ tau: "1", sigma: "0.33" });
    expect(answerOf(text).certificate?.answer).toBe("not_found");
    const iteration = iterationOf(text, 1, 1, { K: { matrix: [[2]] }, y: [1] });
    const saddle: State = [[0.5], [0], [0.5]];
    let state: State = [[0.6], [0.01], [0.6]];
    for (let k = 0; k < 3000; k += 1) state = iteration.step(state, k);
    expect(distance(state, saddle)).toBeLessThan(1e-6);
  });
});

test("the reference operators have adjoints", () => {
  const dice = new Dice(2);
  const matrix = randomMatrix(dice, M, N, 1);
  const [x, y] = [randomVector(dice, N), randomVector(dice, M)];
  expect(dot(apply(matrix, x), y)).toBeCloseTo(dot(x, apply(transposed(matrix), y)), 12);
});
