import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { FUNCTIONS } from "../../compiler/library/functions/table.ts";
import { hostArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { evaluated, evaluatedEverywhere } from "./lab/evaluate.ts";

const SAMPLES = 6;
const [H, W, CHANNELS] = [3, 2, 4] as const;
const SIZE = H * W * CHANNELS;
const STEP = 0.7;

type Point = readonly number[];

interface Case {
  /** the function on R[3, 2, 4], as a program writes it at z */
  readonly at: string;
  /** its value by the definition alone, of moduli in row-major order */
  readonly value: (sizes: Point, sample: number, entries: Point) => number;
  /** whether it is on complex arrays, too */
  readonly complex: boolean;
  readonly members?: readonly string[];
  readonly inputs?: Readonly<Record<string, Point>>;
  /** where it is finite: entries above this */
  readonly above?: number;
}

const sum = (entries: Point): number => entries.reduce((total, entry) => total + entry, 0);
const length = (entries: Point): number => Math.sqrt(sum(entries.map((entry) => entry * entry)));
const hub = (size: number, d: number): number => (size <= d ? size ** 2 / 2 : d * size - d ** 2 / 2);
/** The entries by groups: those whose key is the same. */
const grouped = (entries: Point, key: (h: number, w: number, c: number) => string): readonly Point[] => {
  const groups = new Map<string, number[]>();
  entries.forEach((entry, at) => {
    const c = at % CHANNELS;
    const w = Math.floor(at / CHANNELS) % W;
    const h = Math.floor(at / (CHANNELS * W));
    const name = key(h, w, c);
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  });
  return [...groups.values()];
};
/** The sum of the singular values of a 6 x 4 matrix, of pairs if it is complex. */
function nuclear(entries: Point): number {
  const complex = entries.length > SIZE;
  const at = (row: number, column: number, part: number): number =>
    entries[complex ? 2 * (4 * row + column) + part : 4 * row + column] ?? Number.NaN;
  const real = Array.from({ length: complex ? 12 : 6 }, (_, i) =>
    Array.from({ length: complex ? 8 : 4 }, (__, j) => {
      const [part, sign] = i < 6 === j < 4 ? [0, 1] : [1, i < 6 ? -1 : 1];
      return sign * at(i % 6, j % 4, part);
    }),
  );
  return sum(new SingularValueDecomposition(new Matrix(real)).diagonal) / (complex ? 2 : 1);
}
const byPixel = (entries: Point): readonly Point[] => grouped(entries, (h, w) => `${h},${w}`);
const byChannel = (entries: Point): readonly Point[] => grouped(entries, (_, __, c) => String(c));

const wave = (at: number, shift: number): number =>
  1.6 * Math.sin(2.3 * at + shift) + 0.4 * Math.cos(at * at);
/** The same Poisson data for all samples, zeros among them. */
const counts = Array.from({ length: SAMPLES * SIZE }, (_, at) =>
  (at % SIZE) % 5 === 0 ? 0 : 1 + ((at % SIZE) % 4),
);

const CASES: { readonly [N in keyof typeof FUNCTIONS]: Case } = {
  norm1: { at: "norm1(z)", value: sum, complex: true },
  norm2: { at: "norm2(z)", value: length, complex: true },
  norm_inf: { at: "norm_inf(z)", value: (sizes) => Math.max(...sizes), complex: true },
  norm2sq: { at: "norm2sq(z)", value: (sizes) => length(sizes) ** 2, complex: true },
  norm21: { at: "norm21(z)", value: (sizes) => sum(byPixel(sizes).map(length)), complex: true },
  group_norm: {
    at: "group_norm(axes = (0, 1))(z)",
    value: (sizes) => sum(byChannel(sizes).map(length)),
    complex: true,
  },
  huber: { at: "huber(delta = 0.8)(z)", value: (sizes) => sum(sizes.map((s) => hub(s, 0.8))), complex: true },
  huber21: {
    at: "huber21(delta = 0.8)(z)",
    value: (sizes) => sum(byPixel(sizes).map((group) => hub(length(group), 0.8))),
    complex: true,
  },
  kullback_leibler: {
    at: "kullback_leibler(y)(z)",
    value: (z, sample) =>
      sum(
        z.map((entry, at) => {
          const y = counts[sample * SIZE + at] ?? 0;
          return entry - y + (y === 0 ? 0 : y * Math.log(y / entry));
        }),
      ),
    complex: false,
    members: ["input y : R[3, 2, 4] in [0, inf)"],
    inputs: { y: counts },
    above: 0,
  },
  nuclear_norm: {
    at: "nuclear_norm(M*z)",
    members: ["let M : linear FIELD[3, 2, 4] -> FIELD[6, 4] = reshape"],
    value: (_, __, entries) => nuclear(entries),
    complex: true,
  },
  entropy: {
    at: "entropy(z)",
    value: (z) => sum(z.map((entry) => (entry === 0 ? 0 : entry * Math.log(entry)))),
    complex: false,
    above: 0,
  },
};

/** Real entries of all samples; complex arrays have pairs. */
function points(complex: boolean, shift: number): Point {
  return Array.from({ length: SAMPLES * SIZE * (complex ? 2 : 1) }, (_, at) => wave(at, shift));
}

function hostOf(data: Point, complex: boolean, samples = SAMPLES): HostArray {
  return hostArray(complex ? "complex" : "real", [samples, H, W, CHANNELS], Float64Array.from(data));
}

/** The moduli, and for functions on real arrays the entries themselves. */
function sizesOf(z: Point, complex: boolean, signed: boolean): Point {
  if (!complex) return signed ? z : z.map(Math.abs);
  return Array.from({ length: z.length / 2 }, (_, at) => Math.hypot(z[2 * at] ?? 0, z[2 * at + 1] ?? 0));
}

/** Numbers in single precision against those in double, infinities among them. */
function expectSame(found: Point, expected: Point, what: string): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, at) => {
    const own = found[at] ?? Number.NaN;
    if (Number.isFinite(value))
      expect(Math.abs(own - value), `${what} ${at}`).toBeLessThan(2e-5 * (1 + Math.abs(value)));
    else expect(own, `${what} ${at}`).toBe(value);
  });
}

const dot = (a: Point, b: Point): number => sum(a.map((entry, at) => entry * (b[at] ?? Number.NaN)));
const minus = (a: Point, b: Point): Point => a.map((entry, at) => entry - (b[at] ?? Number.NaN));

function samplesOf(data: Point): readonly Point[] {
  const size = data.length / SAMPLES;
  return Array.from({ length: SAMPLES }, (_, sample) => data.slice(sample * size, (sample + 1) * size));
}

function program(of: Case, complex: boolean, outputs: readonly string[]): string {
  const field = complex ? "C" : "R";
  return [
    "program law {",
    `  input x : ${field}[3, 2, 4]`,
    ...(of.members ?? []).map((member) => `  ${member.replaceAll("FIELD", field)}`),
    `  fun g(z : ${field}[3, 2, 4]) = ${of.at}`,
    `  output ${outputs.length === 1 ? outputs.join("") : `(${outputs.join(", ")})`}`,
    "}",
  ].join("\n");
}

function run(
  of: Case,
  complex: boolean,
  x: Point,
  outputs: readonly string[],
): Promise<readonly (readonly number[])[]> {
  return evaluated(program(of, complex, outputs), inputsOf(of, complex, x));
}

function inputsOf(of: Case, complex: boolean, x: Point): Readonly<Record<string, HostArray>> {
  const others = Object.entries(of.inputs ?? {}).map(([name, data]) => [name, hostOf(data, false)] as const);
  return { x: hostOf(x, complex), ...Object.fromEntries(others) };
}

const fields = Object.entries(CASES).flatMap(([name, of]) =>
  (of.complex ? [false, true] : [false]).map((complex) => [name, complex ? "complex" : "real", of] as const),
);

describe.each(fields)("%s, %s", (_name, field, of) => {
  const complex = field === "complex";
  const x = points(complex, 1);
  const { above } = of;
  const inside = (z: Point): Point =>
    above === undefined ? z : z.map((entry) => Math.max(entry, above) + 1e-3);
  const valueOf = (z: Point, sample: number): number =>
    of.value(sizesOf(z, complex, above !== undefined), sample, z);

  it("has the value of its definition", async () => {
    const z = inside(x);
    const [values = []] = await run(of, complex, z, ["g(x)"]);
    samplesOf(z).forEach((point, sample) => {
      expect(values[sample]).toBeCloseTo(valueOf(point, sample), 10);
    });
  });

  it("its prox minimises, is firmly nonexpansive, and obeys Moreau's identity", async () => {
    const outputs = [`prox(${STEP}*g)(x)`, `prox(${1 / STEP}*conjugate(g))(x/${STEP})`];
    const [near = [], dual = []] = await run(of, complex, x, outputs);
    near.forEach((entry, at) => {
      expect(entry + STEP * (dual[at] ?? Number.NaN)).toBeCloseTo(x[at] ?? Number.NaN, 9);
    });
    const [from, to] = [samplesOf(x), samplesOf(near)];
    to.forEach((z, sample) => {
      const centre = from[sample] ?? [];
      const total = (w: Point): number => STEP * valueOf(w, sample) + 0.5 * length(minus(w, centre)) ** 2;
      const least = total(z);
      for (let trial = 0; trial < 60; trial += 1) {
        const size = [1, 0.1, 1e-3][trial % 3] ?? 1;
        const step = Array.from({ length: z.length }, (_, at) => size * wave(at * (trial + 2), 3 * trial));
        const w = minus(z, step).map((entry) => (above === undefined ? entry : Math.max(entry, above)));
        expect(total(w) - least - 0.5 * length(minus(w, z)) ** 2).toBeGreaterThan(-1e-8);
      }
      const other = to[(sample + 1) % SAMPLES] ?? [];
      const apart = minus(z, other);
      const asked = minus(centre, from[(sample + 1) % SAMPLES] ?? []);
      expect(dot(apart, asked) - length(apart) ** 2).toBeGreaterThan(-1e-9);
    });
  });

  it("its conjugate is the least that Fenchel and Young's inequality allows", async () => {
    const near = `prox(${STEP}*g)(x)`;
    const slope = `(x - ${near})/${STEP}`;
    const outputs = [near, slope, `g(${near})`, `conjugate(g)(${slope})`, `conjugate(3*g)(x)`];
    const [proximal = [], slopes = [], values = [], duals = [], others = []] = await run(
      of,
      complex,
      x,
      outputs,
    );
    const [from, to, along] = [samplesOf(x), samplesOf(proximal), samplesOf(slopes)];
    to.forEach((z, sample) => {
      const met = dot(z, along[sample] ?? []);
      expect((values[sample] ?? Number.NaN) + (duals[sample] ?? Number.NaN)).toBeCloseTo(met, 7);
      const dual = others[sample] ?? Number.NaN;
      for (const size of [1, 10, 1000]) {
        const w = inside((from[sample] ?? []).map((entry) => size * entry));
        const bound = dot(w, from[sample] ?? []) - 3 * valueOf(w, sample);
        expect(dual - bound).toBeGreaterThan(-1e-9 * (1 + Math.abs(bound)));
      }
    });
  });

  it("its values, those of its conjugate and its prox are the same in every compiled form", async () => {
    const small = [0.02, 0.3, 1].map((size) => `conjugate(g)(${size}*x)`);
    const outputs = ["g(x)", ...small, "conjugate(3*g)(x)", `prox(${STEP}*g)(x)`];
    const forms = await evaluatedEverywhere(program(of, complex, outputs), inputsOf(of, complex, inside(x)));
    expect(forms.printed).toEqual(forms.exact);
    forms.exact.forEach((values, output) => {
      expectSame(forms.single[output] ?? [], values, outputs[output] ?? "");
    });
    // a law of infinities alone would say nothing
    expect(forms.exact.slice(1, -1).flat().some(Number.isFinite)).toBe(true);
  });

  it("the prox of a batch is that of its samples, and its reverse that of finite differences", async () => {
    const direction = points(complex, 5);
    const of2 = { ...of, members: [...(of.members ?? []), `input d : ${complex ? "C" : "R"}[3, 2, 4]`] };
    const member = `fun s(z : ${complex ? "C" : "R"}[3, 2, 4]) = dot(d, prox(${STEP}*g)(z))`;
    const text = program(of2, complex, ["s(x)", "grad s(x)"]).replace("  output", `  ${member}\n  output`);
    const at = async (z: Point): Promise<readonly (readonly number[])[]> => {
      const others = Object.entries(of.inputs ?? {}).map(
        ([key, data]) => [key, hostOf(data, false)] as const,
      );
      return evaluated(text, {
        x: hostOf(z, complex),
        d: hostOf(direction, complex),
        ...Object.fromEntries(others),
      });
    };
    const [, slope = []] = await at(x);
    const along = points(complex, 9);
    const step = 1e-5;
    const [high = []] = await at(x.map((entry, i) => entry + step * (along[i] ?? 0)));
    const [low = []] = await at(x.map((entry, i) => entry - step * (along[i] ?? 0)));
    const wanted = samplesOf(slope).map((gradient, sample) => dot(gradient, samplesOf(along)[sample] ?? []));
    wanted.forEach((expected, sample) => {
      const difference = ((high[sample] ?? Number.NaN) - (low[sample] ?? Number.NaN)) / (2 * step);
      expect(Math.abs(difference - expected)).toBeLessThan(1e-5 * (1 + Math.abs(expected)));
    });
  });
});

/** Maps with a number that is 0, which leave all points of the domain where they are, and one that sends them to 0. */
const NOTHING: Readonly<Record<string, { readonly map: string; readonly to: "itself" | "zero" }>> = {
  "a weight": { map: `prox(${STEP}*weighted)(x)`, to: "itself" },
  "a weight beside a square": { map: `(1 + ${2 * STEP})*prox(${STEP}*elastic)(x)`, to: "itself" },
  "a scaling of the argument": { map: `prox(${STEP}*scaled)(x)`, to: "itself" },
  "a multiple of an orthonormal operator": { map: `prox(${STEP}*turned)(x)`, to: "itself" },
  "a weight in a conjugate": { map: `prox(${STEP}*conjugate(weighted))(x)`, to: "zero" },
};

describe.each(fields)("%s, %s, with 0 for", (name, field, of) => {
  const complex = field === "complex";
  const space = `${complex ? "C" : "R"}[3, 2, 4]`;
  const matrix = name === "nuclear_norm";
  const members = (of.members ?? []).concat(
    "let mu = 0*max(norm2sq(x), 1)",
    "let k = 0*norm2sq(x)",
    `fun weighted(z : ${space}) = mu*(${of.at})`,
    `fun elastic(z : ${space}) = mu*(${of.at}) + norm2sq(z)`,
    `fun scaled(z : ${space}) = ${of.at.replace(/z\)$/u, "(k*z))")}`,
    `let U : linear ${space} -> ${space} = I`,
    `fun turned(z : ${space}) = ${of.at.replace(/z\)$/u, matrix ? "(k*U)*z)" : "((k*U)*z))")}`,
  );
  const x = points(complex, 1).map((entry, at) => (at % SIZE < 2 * CHANNELS ? 0 : entry));
  const limit = of.above === undefined ? x : x.map((entry) => Math.max(entry, 0));

  it.each(Object.entries(NOTHING))("%s", async (what, { map, to }) => {
    const outputs = [map, "grad s(x)"];
    const text = program({ ...of, members }, complex, outputs).replace(
      "  output",
      `  fun s(x : ${space}) = sum(abs(${map}).^2)\n  output`,
    );
    const others = Object.entries(of.inputs ?? {}).map(([key, data]) => [key, hostOf(data, false)] as const);
    const [near = [], slope = []] = await evaluated(text, {
      x: hostOf(x, complex),
      ...Object.fromEntries(others),
    });
    const wanted = to === "zero" ? minus(x, limit) : what.includes("weight") ? limit : x;
    expect(near).toEqual(wanted.map((entry) => expect.closeTo(entry, 10)));
    expect(slope).toEqual(wanted.map((entry) => expect.closeTo(2 * entry, 8)));
  });
});

const smooth = fields.filter(([name]) => !FUNCTIONS[name as keyof typeof FUNCTIONS].kink);

describe.each(smooth)("the gradient of %s, %s", (name, field, of) => {
  const complex = field === "complex";
  const { gradientLipschitz, stronglyConvex } = FUNCTIONS[name as keyof typeof FUNCTIONS];
  const inside = (z: Point): Point => (of.above === undefined ? z : z.map((entry) => Math.abs(entry) + 0.1));
  const x = inside(points(complex, 1));

  it("is that of finite differences, monotone, and as steep as is said", async () => {
    const [slope = []] = await run(of, complex, x, ["grad g(x)"]);
    const along = points(complex, 9);
    const step = 1e-5;
    const [high = []] = await run(
      of,
      complex,
      x.map((entry, at) => entry + step * (along[at] ?? 0)),
      ["g(x)"],
    );
    const [low = []] = await run(
      of,
      complex,
      x.map((entry, at) => entry - step * (along[at] ?? 0)),
      ["g(x)"],
    );
    const [slopes, ways, from] = [samplesOf(slope), samplesOf(along), samplesOf(x)];
    slopes.forEach((gradient, sample) => {
      const expected = dot(gradient, ways[sample] ?? []);
      const difference = ((high[sample] ?? Number.NaN) - (low[sample] ?? Number.NaN)) / (2 * step);
      expect(Math.abs(difference - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
      const apart = minus(from[sample] ?? [], from[(sample + 1) % SAMPLES] ?? []);
      const turned = minus(gradient, slopes[(sample + 1) % SAMPLES] ?? []);
      expect(dot(turned, apart)).toBeGreaterThanOrEqual(stronglyConvex * length(apart) ** 2 - 1e-9);
      if (gradientLipschitz !== null) {
        expect(length(turned)).toBeLessThanOrEqual(gradientLipschitz * length(apart) * (1 + 1e-12));
      }
    });
  });
});

it("the prox of a sample alone is that in its batch", async () => {
  const of = CASES.norm_inf;
  const x = points(false, 1);
  const [together = []] = await run(of, false, x, [`prox(${STEP}*g)(x)`]);
  const text = program(of, false, [`prox(${STEP}*g)(x)`]);
  for (const [sample, point] of samplesOf(x).entries()) {
    const [alone = []] = await evaluated(text, { x: hostOf(point, false, 1) });
    expect(alone).toEqual(samplesOf(together)[sample]);
  }
});
