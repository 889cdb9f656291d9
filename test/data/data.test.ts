import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deadLeaves } from "../../runtime/data/deadLeaves.ts";
import { renderEllipses } from "../../runtime/data/ellipse.ts";
import { randomEllipses } from "../../runtime/data/ellipses.ts";
import { addNoise } from "../../runtime/data/noise.ts";
import {
  augment,
  centreCrop,
  crop,
  patchGrid,
  randomCrop,
  type Symmetry,
  transform,
} from "../../runtime/data/patches.ts";
import { batchAt, sampleAt, type SampleGenerator } from "../../runtime/data/sample.ts";
import { sheppLogan } from "../../runtime/data/sheppLogan.ts";
import { sparse } from "../../runtime/data/sparse.ts";
import { type HostArray, hostArray, realArray, sampleOf } from "../../runtime/io/hostArray.ts";
import { snrDb } from "../../runtime/measure/snr.ts";
import { stream } from "../../runtime/random/stream.ts";
import { codeOf } from "../io/damage.ts";

const GENERATORS: readonly SampleGenerator[] = [
  sparse(50, 0.1),
  randomEllipses(16),
  randomEllipses(16, "learned_primal_dual", 2),
  deadLeaves(16, 20),
];

/** A picture [rows, columns] whose values are their own positions. */
function numbered(rows: number, columns: number): HostArray {
  return realArray(
    [rows, columns],
    Float64Array.from({ length: rows * columns }, (_, i) => i),
  );
}

/** The sum of a function of the numbers of an array and their positions. */
function total({ data }: HostArray, term: (value: number, i: number) => number): number {
  return [...data].reduce((sum, value, i) => sum + term(value, i), 0);
}

describe("samples", () => {
  it("do not depend on the batch they are drawn in", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...GENERATORS),
        fc.integer(),
        fc.nat(1000),
        fc.integer({ min: 1, max: 4 }),
        (generate, seed, first, count) => {
          const batch = batchAt(generate, seed, first, count);
          for (let i = 0; i < count; i++)
            expect(sampleOf(batch, i)).toEqual(sampleAt(generate, seed, first + i));
          expect(sampleAt(generate, seed, first)).not.toEqual(sampleAt(generate, seed + 1, first));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("sparse vectors have the rate and the variance they should", () => {
    const { data } = sampleAt(sparse(100_000, 0.1), 1, 0);
    const nonZeros = [...data].filter((value) => value !== 0);
    expect(Math.abs(nonZeros.length / data.length - 0.1)).toBeLessThan(0.005);
    const variance = nonZeros.reduce((sum, value) => sum + value ** 2, 0) / nonZeros.length;
    expect(Math.abs(variance - 1)).toBeLessThan(0.07);
  });

  it("dead leaves cover the picture within [0, 1], with small and large leaves", () => {
    const { data, shape } = sampleAt(deadLeaves(64, 48, { oversampling: 2 }), 2, 0);
    expect(shape).toEqual([64, 48]);
    expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(new Set(data).size).toBeGreaterThan(50);
  });

  it("leaves without oversampling are flat: each grey is one leaf's", () => {
    const { data } = sampleAt(deadLeaves(64, 64, { smallest: 6 }), 2, 1);
    expect(new Set(data).size).toBeLessThan(200);
  });
});

describe("phantoms", () => {
  it("Shepp-Logan has its known values at known places", () => {
    const at = (variant: "original" | "modified", x: number, y: number): number => {
      const size = 400;
      const { data } = sheppLogan(size, variant);
      const [row, column] = [Math.floor(((1 - y) * size) / 2), Math.floor(((x + 1) * size) / 2)];
      return data[row * size + column] ?? NaN;
    };
    const places = [
      [0, 0.9],
      [0, 0.8],
      [0.22, 0],
      [-0.22, 0],
      [0, 0.35],
      [0, 0.1],
      [0.06, -0.605],
      [0.95, 0.95],
    ] as const;
    const values = (variant: "original" | "modified"): readonly number[] =>
      places.map(([x, y]) => Math.round(at(variant, x, y) * 1000) / 1000);
    expect(values("modified")).toEqual([1, 0.2, 0, 0, 0.3, 0.3, 0.3, 0]);
    expect(values("original")).toEqual([2, 1.02, 1, 1, 1.03, 1.03, 1.03, 0]);
    // The left ventricle leans to the left at its top, so to the right below.
    expect(at("modified", -0.12, -0.3)).toBeCloseTo(0);
    expect(at("modified", -0.32, -0.3)).toBeCloseTo(0.2);
  });

  it("an ellipse has its area, whatever its turn", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: 0.1, max: 0.5, noNaN: true }),
        (turns, a) => {
          const ellipse = { value: 1, semiAxes: [a, 0.3] as const, centre: [0.1, -0.2] as const, turns };
          const picture = renderEllipses(100, [ellipse], 2);
          const area = (4 / picture.data.length) * total(picture, (value) => value);
          expect(area).toBeCloseTo(Math.PI * a * 0.3, 2);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("random ellipses", () => {
  it.each([
    ["learned_gradient", true],
    ["learned_primal_dual", false],
  ] as const)("of %s have values above 0 on average: %s", (distribution, above) => {
    const generate = randomEllipses(8, distribution);
    const middle = Array.from({ length: 300 }, (_, i) => sampleAt(generate, 1, i).data[8 * 4 + 4] ?? NaN);
    const mean = middle.reduce((sum, value) => sum + value, 0) / middle.length;
    const error = Math.sqrt(middle.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / middle.length;
    expect(mean / error > 4).toBe(above);
    expect(mean / error).toBeGreaterThan(-4);
  });
});

describe("noise", () => {
  const clean = realArray(
    [20_000],
    Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i)),
  );

  it("has the SNR that was asked for, none at infinity", () => {
    const noisy = addNoise(clean, { kind: "snr", decibel: 20 }, stream(1));
    expect(Math.abs(snrDb(noisy, clean) - 20)).toBeLessThan(0.2);
    expect(addNoise(clean, { kind: "snr", decibel: Infinity }, stream(1))).toBe(clean);
  });

  it("has the standard deviation that was asked for; a complex entry shares it between its parts", () => {
    const complex = hostArray("complex", [10_000], clean.data);
    for (const [array, share] of [
      [clean, 1],
      [complex, 0.5],
    ] as const) {
      const noisy = addNoise(array, { kind: "sigma", sigma: 0.3 }, stream(2));
      const energy = total(noisy, (value, i) => (value - (array.data[i] ?? 0)) ** 2);
      expect(Math.abs(energy / array.data.length / (0.09 * share) - 1)).toBeLessThan(0.05);
    }
  });

  it("Poisson counts have the mean v and the variance v / counts", () => {
    const level = realArray([20_000], new Float64Array(20_000).fill(0.3));
    for (const counts of [10, 1e6]) {
      const noisy = addNoise(level, { kind: "poisson", counts }, stream(4));
      const mean = total(noisy, (value) => value) / 20_000;
      const variance = total(noisy, (value) => (value - 0.3) ** 2) / 20_000;
      expect(Math.abs(mean - 0.3)).toBeLessThan(5 * Math.sqrt(0.3 / counts / 20_000));
      expect(Math.abs((variance * counts) / 0.3 - 1)).toBeLessThan(0.05);
    }
    const poisson = { kind: "poisson", counts: 100 } as const;
    expect(codeOf(() => addNoise(clean, poisson, stream(1)))).toBe("IPX8108");
    expect(codeOf(() => addNoise(hostArray("complex", [1], Float64Array.of(1, 0)), poisson, stream(1)))).toBe(
      "IPX8108",
    );
  });

  it("line integrals of counted photons have the variance e^v / photons, and none is infinite", () => {
    const level = realArray([20_000], new Float64Array(20_000).fill(1.5));
    const noisy = addNoise(level, { kind: "transmission", photons: 1e5 }, stream(4));
    const mean = total(noisy, (value) => value) / 20_000;
    const variance = total(noisy, (value) => (value - 1.5) ** 2) / 20_000;
    const expected = Math.exp(1.5) / 1e5;
    expect(Math.abs(mean - 1.5)).toBeLessThan(5 * Math.sqrt(expected / 20_000) + expected);
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.05);
    const opaque = addNoise(
      realArray([3], Float64Array.of(40, 0, 40)),
      { kind: "transmission", photons: 10 },
      stream(4),
    );
    for (const index of [0, 2]) expect(opaque.data[index]).toBeCloseTo(Math.log(10), 12);
  });

  it("relative noise goes by the mean magnitude", () => {
    const constant = hostArray(
      "complex",
      [5000],
      Float64Array.from({ length: 10_000 }, (_, i) => (i % 2 ? 4 : 3)),
    );
    const noisy = addNoise(constant, { kind: "relative", fraction: 0.05 }, stream(3));
    const energy = total(noisy, (value, i) => (value - (constant.data[i] ?? 0)) ** 2);
    expect(Math.abs(Math.sqrt(energy / 5000) / 0.25 - 1)).toBeLessThan(0.05);
  });
});

describe("patches", () => {
  const symmetries: readonly Symmetry[] = ([0, 1, 2, 3] as const).flatMap((quarterTurns) =>
    [false, true].map((mirrored) => ({ quarterTurns, mirrored })),
  );

  it("turns counter-clockwise, then mirrors", () => {
    const picture = numbered(2, 3);
    const values = (symmetry: Symmetry): readonly number[] => [...transform(picture, symmetry).data];
    expect(values({ quarterTurns: 1, mirrored: false })).toEqual([2, 5, 1, 4, 0, 3]);
    expect(values({ quarterTurns: 2, mirrored: false })).toEqual([5, 4, 3, 2, 1, 0]);
    expect(values({ quarterTurns: 3, mirrored: false })).toEqual([3, 0, 4, 1, 5, 2]);
    expect(values({ quarterTurns: 0, mirrored: true })).toEqual([2, 1, 0, 5, 4, 3]);
    expect(values({ quarterTurns: 1, mirrored: true })).toEqual([5, 2, 4, 1, 3, 0]);
  });

  it("has eight different symmetries; four quarter turns and two mirrorings give the picture back", () => {
    const picture = numbered(3, 3);
    expect(new Set(symmetries.map((symmetry) => transform(picture, symmetry).data.join())).size).toBe(8);
    const turn = (p: HostArray): HostArray => transform(p, { quarterTurns: 1, mirrored: false });
    expect(turn(turn(turn(turn(picture))))).toEqual(picture);
    const mirror = (p: HostArray): HostArray => transform(p, { quarterTurns: 0, mirrored: true });
    expect(mirror(mirror(picture))).toEqual(picture);
  });

  it("crops, keeps colour and refuses windows outside", () => {
    const colour = realArray(
      [4, 4, 3],
      Float64Array.from({ length: 48 }, (_, i) => i),
    );
    expect([...crop(colour, { top: 1, left: 2, height: 1, width: 2 }).data]).toEqual([
      18, 19, 20, 21, 22, 23,
    ]);
    expect([...centreCrop(numbered(4, 4), 2, 2).data]).toEqual([5, 6, 9, 10]);
    expect(codeOf(() => crop(colour, { top: 3, left: 0, height: 2, width: 2 }))).toBe("IPX8104");
    expect(codeOf(() => randomCrop(colour, 5, 2, stream(1)))).toBe("IPX8104");
    expect(patchGrid(numbered(4, 5), 2, 2, 2).map((patch) => patch.data[0])).toEqual([0, 2, 10, 12]);
  });

  it("augments by the symmetries that keep the shape, all of them", () => {
    const seen = (rows: number, columns: number): Set<string> => {
      const pictures = Array.from({ length: 200 }, (_, i) => augment(numbered(rows, columns), stream(1, i)));
      for (const picture of pictures) expect(picture.shape).toEqual([rows, columns]);
      return new Set(pictures.map((picture) => picture.data.join()));
    };
    expect(seen(3, 3).size).toBe(8);
    expect(seen(2, 3).size).toBe(4);
  });
});
