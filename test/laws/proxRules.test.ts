import { describe, expect, it } from "vitest";
import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { evaluated, evaluatedEverywhere } from "./lab/evaluate.ts";

const SAMPLES = 3;
const [H, W] = [4, 6];
const SIZE = H * W;
const STEP = 0.6;

type Point = readonly number[];

const sum = (z: Point): number => z.reduce((total, entry) => total + entry, 0);
const dot = (a: Point, b: Point): number => sum(a.map((entry, at) => entry * (b[at] ?? Number.NaN)));
const minus = (a: Point, b: Point): Point => a.map((entry, at) => entry - (b[at] ?? Number.NaN));
const wave = (at: number, shift: number): number =>
  1.3 * Math.sin(1.7 * at + shift) + 0.5 * Math.cos(at * at);
const points = (shift: number, samples = SAMPLES): Point =>
  Array.from({ length: samples * SIZE }, (_, at) => wave(at, shift));
const sample = (data: Point, at: number): Point => data.slice(at * SIZE, (at + 1) * SIZE);

const c = points(4, 1);
/** Every other pixel of every other row. */
const picked = (z: Point): Point => z.filter((_, at) => at % 2 === 0 && Math.floor(at / W) % 2 === 0);

interface Case {
  readonly members?: readonly string[];
  readonly g: string;
  /** how the prox is found, where no rule gives it */
  readonly by?: string;
  /** how strongly convex at least the minimised function is, else 1 */
  readonly modulus?: number;
}

const WAVELET = "let U : linear T -> T = wavelet(haar, levels = 1)";

/** Rules of composition and of sums: the prox against the values of its function, which know nothing of the rule. */
const FUNCTIONS: Readonly<Record<string, Case>> = {
  "a norm behind a multiple of an orthonormal operator": { members: [WAVELET], g: "norm1(2*U*(z - c))" },
  "behind its adjoint, divided by what is given": {
    members: ["given s : R in (0, inf)", WAVELET],
    g: "norm1((U'/s)*z)",
  },
  "behind rows that are picked": { g: "norm1(downsample(2)*z)" },
  "behind the adjoint of a repetition": {
    members: ["let E : linear R[3] -> R[4, 2, 3] = over_pixels", "let S : linear T -> R[4, 2, 3] = reshape"],
    g: "norm2((E'*S)*z - ones)",
  },
  "behind a sum over an axis": {
    members: [
      "let E : linear R[4, 3] -> R[4, 2, 3] = over_axes(axes = 1)",
      "let S : linear T -> R[4, 2, 3] = reshape",
    ],
    g: "norm2((E'*S)*z - ones)",
  },
  "behind a row of operators": {
    members: [WAVELET, "let S = hstack(2*U, I)*vstack(U, I)"],
    g: "norm1(z)",
  },
  "a scaled and moved norm": { g: "2*norm21(0.5*z - c)" },
  "a norm of groups, moved": { g: "group_norm(axes = 0)(3*z + c)" },
  "a separable function of a product": { g: "huber(delta = 0.3)(c .* z)" },
  "an elastic net": { g: "norm1(z) + 2*norm2sq(z - c) + dot(c, z)" },
  "weighted squares and a norm": { g: "norm1(z) + norm2sq(c .* z - c) + 0.5*norm2sq(2*z + c)" },
  "like terms": { g: "norm1(z - c) + 0.5*norm1(z - c) + norm2sq(z)" },
  "a square with a negative weight beside a larger one": {
    g: "norm1(z) + norm2sq(2*z) - 0.5*norm2sq(z - c)",
  },
  "a square with a negative weight that the step outweighs": {
    g: "norm1(z) - 0.5*norm2sq(z - c)",
    modulus: 1 - STEP,
  },
  "calls of one function with different arguments": {
    members: [
      "fun s(v : T, w : R in [0, inf), b : T) = w*norm2sq(v - b)",
      "fun u(v : T, w : R in [0, inf)) = s(v, w, c) + s(v, 2*w, ones)",
    ],
    g: "norm1(z) + u(z, 0.5) + s(0.5*z, 0.5, c) + u(z, 0.25)",
  },
  "squares alone": { g: "norm2sq(c .* z - c) + 0.5*norm2sq(z)" },
  "squares behind an operator": { members: [WAVELET], g: "norm2sq(gradient*z) + norm2sq(c .* z - c)" },
};

const INNER = "inner(tol = 1e-14, max = 2500)";

/** Functions whose prox is found by inner iterations: again the values know nothing of them. */
const ITERATED: Readonly<Record<string, Case>> = {
  "total variation": { by: INNER, g: "tv(z)" },
  "total variation by its differences, moved": { by: INNER, g: "norm21(0.5*gradient*(z - c))" },
  "a norm behind any matrix": {
    by: INNER,
    members: ["let B : linear T -> R[4, 2, 3] = reshape", "let K = blur(gaussian_kernel(3, sigma = 0.8))"],
    g: "norm1(B*K*z - ones)",
  },
  "smooth parts behind operators": {
    by: INNER,
    g: "huber(delta = 0.3)(gradient*z) + norm2sq(blur(gaussian_kernel(3, sigma = 0.8))*z - c)",
  },
  "calls of one norm with different arguments": {
    by: INNER,
    members: ["fun s(v : T, w : R, b : T) = w*norm1(v - b)"],
    g: "s(z, 0.5, c) + s(z, 1, 0*c) + norm2sq(z)",
  },
  "a sum of norms": { by: INNER, g: "norm1(z) + 2*norm2(z - c)" },
  "groups that overlap, squares and a linear part": {
    by: INNER,
    g: "norm21(z) + group_norm(axes = 0)(z) + norm2sq(z - c) + dot(c, z)",
  },
  "variation and smoothness at once": { by: INNER, g: "tv(z) + 0.5*norm2sq(gradient*z) + 0.3*norm_inf(z)" },
  "counts behind an operator": {
    by: INNER,
    g: "kullback_leibler(abs(c))(blur(gaussian_kernel(3, sigma = 0.5))*z + 3*ones)",
  },
};

interface SetCase {
  readonly members?: readonly string[];
  readonly set: string;
  /** how far a point is outside, by the definition alone */
  readonly outside: (z: Point) => number;
}

const PICKED = "let D : linear T -> R[2, 3] = downsample(2)";

const SETS: Readonly<Record<string, SetCase>> = {
  nonnegative: { set: "nonnegative", outside: (z) => Math.max(...z.map((entry) => -entry)) },
  "box(a, b)": {
    set: "box(-0.5, 0.8)",
    outside: (z) => Math.max(...z.map((e) => Math.max(-0.5 - e, e - 0.8))),
  },
  "ball(r)": { set: "ball(2)", outside: (z) => Math.sqrt(dot(z, z)) - 2 },
  "ball1(r)": { set: "ball1(2)", outside: (z) => sum(z.map(Math.abs)) - 2 },
  "ball_inf(r)": { set: "ball_inf(0.7)", outside: (z) => Math.max(...z.map(Math.abs)) - 0.7 },
  simplex: { set: "simplex", outside: (z) => Math.max(Math.abs(sum(z) - 1), ...z.map((entry) => -entry)) },
  "halfspace(a, b)": { set: "halfspace(c, -60)", outside: (z) => dot(z, c) + 60 },
  "affine(A, b), rows that are picked": {
    members: [PICKED],
    set: "affine(2*D, D*c)",
    outside: (z) => Math.max(...minus(picked(z), picked(c.map((entry) => entry / 2))).map(Math.abs)),
  },
  "affine(A, b), by conjugate gradients": {
    members: [PICKED, "let M = vstack(D, D*diag(c + ones))"],
    set: "affine(M, M*c, by = cg(tol = 1e-14, max = 200))",
    outside: (z) => Math.max(...minus(picked(z), picked(c)).map(Math.abs)),
  },
};

function host(data: Point): HostArray {
  return realArray([data.length / SIZE, H, W], Float64Array.from(data));
}

/** What a map or a function gives at points, where `z` stands for the point. */
async function at(members: readonly string[], output: string, z: Point): Promise<Point> {
  const [found = []] = await evaluated(textOf(members, output), { x: host(z) }, givensOf(members));
  return found;
}

function textOf(members: readonly string[], output: string): string {
  const lines = ["input x : T", "given c : T", ...members, `output ${output}`].map(
    (line) => `  ${line.replaceAll("T", "R[4, 6]")}`,
  );
  return `program law {\n${lines.join("\n")}\n}`;
}

function givensOf(members: readonly string[]): Readonly<Record<string, HostArray | number>> {
  return {
    c: realArray([H, W], Float64Array.from(c)),
    ...(members.some((m) => m.includes(" s :")) && { s: 3 }),
  };
}

describe("the prox of a composed function is its minimiser", () => {
  it.each(Object.entries(FUNCTIONS))("%s", async (_name, { members = [], g, modulus }) => {
    await expectMinimiser([...members, `fun g(z : T) = ${g}`], `prox(${STEP}*g)(x)`, 1e-9, modulus);
  });

  it.each(Object.entries(ITERATED))(
    "%s, by inner iterations",
    async (_name, { members = [], g, by = "" }) => {
      await expectMinimiser([...members, `fun g(z : T) = ${g}`], `prox(${STEP}*g, by = ${by})(x)`, 1e-7);
    },
  );
});

/** What a map gives at x minimises STEP g(z) + |z - x|^2/2, which is strongly convex. */
async function expectMinimiser(
  members: readonly string[],
  map: string,
  tolerance: number,
  modulus = 1,
): Promise<void> {
  const x = points(1);
  const near = await at(members, map, x);
  const total = async (w: Point): Promise<Point> => {
    const values = await at(members, "g(x)", w);
    return values.map((value, i) => {
      const away = minus(sample(w, i), sample(x, i));
      return STEP * value + 0.5 * dot(away, away);
    });
  };
  const least = await total(near);
  for (let trial = 0; trial < 24; trial += 1) {
    const size = [1, 0.1, 1e-3][trial % 3] ?? 1;
    const w = near.map((entry, i) => entry + size * wave(i * (trial + 2), 3 * trial));
    (await total(w)).forEach((value, i) => {
      const moved = minus(sample(w, i), sample(near, i));
      expect(value - (least[i] ?? Number.NaN) - 0.5 * modulus * dot(moved, moved)).toBeGreaterThan(
        -tolerance,
      );
    });
  }
}

/** Functions whose conjugate has a value; of sets the support function. */
const CONJUGATED: Readonly<Record<string, Case>> = {
  "a moved norm with linear terms": { g: "2*norm1(z - c) - 3*dot(c, z) + 4" },
  "a norm behind an orthonormal operator, scaled and moved": {
    members: [WAVELET],
    g: "0.5*norm2(-2*(U*(z - c)))",
  },
  "squares of a product": { members: ["let v = abs(c) + 0.1*ones"], g: "norm2sq(v .* z - c)/3" },
  nonnegative: { g: "indicator(nonnegative)(z - c)" },
  "box(a, b)": { g: "indicator(box(-0.5, 0.8))(z)" },
  "ball(r)": { g: "indicator(ball(2))(z + c)" },
  "ball1(r)": { g: "indicator(ball1(2))(z)" },
  "ball_inf(r)": { g: "indicator(ball_inf(0.7))(3*z)" },
  simplex: { g: "3*indicator(simplex)(z)" },
  "halfspace(a, b)": { g: "indicator(halfspace(c, -60))(z - c)" },
  "affine(A, b), rows that are picked": { members: [PICKED], g: "indicator(affine(2*D, D*c))(z)" },
  "a function whose conjugate is taken twice": {
    members: ["let k = conjugate(conjugate(norm1))"],
    g: "0.5*conjugate(conjugate(k))(2*z - c)",
  },
};

/** Fenchel and Young: g(z) + g*(p) >= <z, p>, and equality where p is a subgradient at z. */
describe("the value of a conjugate is the least that Fenchel and Young's inequality allows", () => {
  it.each(Object.entries(CONJUGATED))("%s", async (_name, { members = [], g }) => {
    const own = [...members, `fun g(z : T) = ${g}`];
    const x = points(1);
    const near = await at(own, `prox(${STEP}*g)(x)`, x);
    const slope = minus(x, near).map((entry) => entry / STEP);
    const [values, others, duals] = [
      await at(own, "g(x)", near),
      await at(own, `conjugate(g)(x)`, x),
      await at(own, `conjugate(g)(x)`, slope),
    ];
    for (let i = 0; i < SAMPLES; i += 1) {
      const met = dot(sample(near, i), sample(slope, i));
      expect((values[i] ?? Number.NaN) + (duals[i] ?? Number.NaN)).toBeCloseTo(met, 8);
      for (let k = 0; k < SAMPLES; k += 1) {
        const total = (values[k] ?? Number.NaN) + (others[i] ?? Number.NaN);
        expect(total - dot(sample(near, k), sample(x, i))).toBeGreaterThan(-1e-8);
      }
    }
  });
});

describe("the value of a conjugate is the same in every compiled form", () => {
  it.each(Object.entries(CONJUGATED))("%s", async (_name, { members = [], g }) => {
    const own = [...members, `fun g(z : T) = ${g}`];
    const outputs = ["0.02*x", "0.3*x", "x", "0.3*x - 3*c", "2*c", "0*c"].map((p) => `conjugate(g)(${p})`);
    const x = { x: host(points(1).map((entry, i) => (i < SIZE ? entry : -Math.abs(entry)))) };
    const text = textOf(own, `(${outputs.join(", ")})`);
    const { exact, single, printed } = await evaluatedEverywhere(text, x, givensOf(own));
    expect(printed).toEqual(exact);
    expect(exact.flat().some(Number.isFinite)).toBe(true);
    exact.flat().forEach((value, i) => {
      const found = single.flat()[i] ?? Number.NaN;
      if (Number.isFinite(value)) expect(Math.abs(found - value)).toBeLessThan(2e-5 * (1 + Math.abs(value)));
      else expect(found).toBe(value);
    });
  });
});

describe("a projection is the nearest point", () => {
  it.each(Object.entries(SETS))("%s", async (_name, { members = [], set, outside }) => {
    const x = points(1);
    const [near, others] = [
      await at(members, `proj(${set})(x)`, x),
      await at(members, `proj(${set})(x)`, points(7)),
    ];
    for (let i = 0; i < SAMPLES; i += 1) {
      const [z, centre] = [sample(near, i), sample(x, i)];
      expect(outside(z)).toBeLessThan(1e-10);
      expect(outside(centre)).toBeGreaterThan(0.01);
      for (let k = 0; k < SAMPLES; k += 1) {
        expect(dot(minus(centre, z), minus(sample(others, k), z))).toBeLessThan(1e-9);
      }
    }
  });
});

/** Sets with a number or an array that is 0. */
const DEGENERATE: Readonly<Record<string, { readonly set: string; readonly to: "itself" | "zero" }>> = {
  "ball(0)": { set: "ball(0*norm2(x))", to: "zero" },
  "ball1(0)": { set: "ball1(0*norm2(x))", to: "zero" },
  "ball_inf(0)": { set: "ball_inf(0*norm2(x))", to: "zero" },
  "a half-space without a direction": { set: "halfspace(0*c, 1)", to: "itself" },
  "a system without equations": { set: "affine((0*norm2(x))*I, 0*c)", to: "itself" },
};

describe("a projection onto a set of which a number is 0, and its derivative", () => {
  it.each(Object.entries(DEGENERATE))("%s", async (_name, { set, to }) => {
    const x = points(1).map((entry, i) => (i < SIZE ? 0 : entry));
    const wanted = to === "zero" ? x.map(() => 0) : x;
    const members = ["let r = c", `fun s(u : T) = norm2sq(proj(${set})(u) - r)/2`];
    expect(await at(members, `proj(${set})(x)`, x)).toEqual(wanted.map((e) => expect.closeTo(e, 10)));
    const slope = to === "zero" ? wanted : minus(x, [...c, ...c, ...c]);
    const found = await at(members, "grad s(x)", x);
    expect(found.every(Number.isFinite)).toBe(true);
    expect(found.slice(SIZE)).toEqual(slope.slice(SIZE).map((e) => expect.closeTo(e, 10)));
  });
});
