import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { circle, naturalLog } from "../../runtime/random/elementary.ts";
import { philox, type Words2, type Words4 } from "../../runtime/random/philox.ts";
import { poissonCount } from "../../runtime/random/poisson.ts";
import { stream } from "../../runtime/random/stream.ts";

const MAX = 0xffffffff;

describe("philox", () => {
  // The known answers that its authors publish with Random123 (kat_vectors, philox4x32 10).
  const answers: readonly (readonly [Words4, Words2, Words4])[] = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [MAX, MAX, MAX, MAX],
      [MAX, MAX],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  test.each(answers)("of counter %j and key %j", (counter, key, answer) => {
    expect(philox(counter, key)).toEqual(answer);
  });
});

describe("stream", () => {
  it("is fixed to the bit, so that published seeds stay valid", () => {
    const random = stream(1, "sample", 7);
    expect([random.word(), random.word()]).toMatchInlineSnapshot(`
      [
        1590899217,
        203002032,
      ]
    `);
    expect([random.uniform(), random.normal(), random.normal(), random.exponential()]).toMatchInlineSnapshot(`
      [
        0.1802968629612598,
        -1.1197635723245156,
        -0.27088284168549,
        0.5875032562590838,
      ]
    `);
  });

  it("depends on every part of its name and on nothing else", () => {
    const names = [
      [1],
      [2],
      [1, 0],
      [1, 0, 0],
      [1, "0"],
      [1, ""],
      [1, "a", "b"],
      [1, "ab"],
      [1, "b", "a"],
      [-1],
      [2 ** 40 + 1],
    ] as const;
    const draws = names.map(([seed, ...keys]) => stream(seed, ...keys).word());
    expect(new Set(draws).size).toBe(names.length);
    const parent = stream(1);
    parent.normal();
    expect(parent.fork("a", "b").word()).toBe(stream(1, "a", "b").word());
    expect(() => stream(0.5)).toThrow(RangeError);
  });

  it("has uniform, normal, exponential and Poisson moments", () => {
    const random = stream(3, "moments");
    const n = 100_000;
    const moments = (draw: () => number): readonly [number, number] => {
      const values = Array.from({ length: n }, draw);
      const mean = values.reduce((a, b) => a + b) / n;
      return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / n];
    };
    const expectations: readonly (readonly [() => number, number, number])[] = [
      [() => random.uniform(), 1 / 2, 1 / 12],
      [() => random.normal(), 0, 1],
      [() => random.exponential(), 1, 1],
      [() => random.poisson(4), 4, 4],
      [() => poissonCount(random, 4), 4, 4],
      [() => poissonCount(random, 31), 31, 31],
      [() => poissonCount(random, 1e9), 1e9, 1e9],
    ];
    for (const [draw, mean, variance] of expectations) {
      const [actualMean, actualVariance] = moments(draw);
      expect(Math.abs(actualMean - mean)).toBeLessThan(5 * Math.sqrt(variance / n));
      expect(Math.abs(actualVariance / variance - 1)).toBeLessThan(0.05);
    }
  });

  it("counts by rejection as often as Poisson's law says", () => {
    const random = stream(5, "counts");
    const [n, mean] = [40_000, 32.5];
    const seen = new Map<number, number>();
    for (let i = 0; i < n; i++) {
      const count = poissonCount(random, mean);
      seen.set(count, (seen.get(count) ?? 0) + 1);
    }
    let probability = Math.exp(-mean);
    let [statistic, cells] = [0, 0];
    for (let count = 1; count < 80; count++) {
      probability *= mean / count;
      if (n * probability < 20) continue;
      statistic += ((seen.get(count) ?? 0) - n * probability) ** 2 / (n * probability);
      cells++;
    }
    expect(cells).toBeGreaterThan(30);
    expect(statistic).toBeLessThan(cells + 4 * Math.sqrt(2 * cells));
    expect(() => poissonCount(random, -1)).toThrow(RangeError);
  });

  it("follows the normal distribution function (Kolmogorov and Smirnov)", () => {
    const random = stream(4, "normal");
    const n = 20_000;
    const values = Array.from({ length: n }, () => random.normal()).sort((a, b) => a - b);
    const below = (limit: number): number => values.filter((value) => value < limit).length / n;
    for (const [limit, probability] of [
      [-2, 0.0227501],
      [-1, 0.1586553],
      [0, 0.5],
      [0.5, 0.6914625],
      [2.5, 0.9937903],
    ] as const) {
      expect(Math.abs(below(limit) - probability)).toBeLessThan(1.63 / Math.sqrt(n));
    }
  });

  it("draws integers and permutations without bias", () => {
    const random = stream(5, "integers");
    const counts = new Float64Array(6);
    const orders = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const face = random.integer(6);
      counts[face] = (counts[face] ?? 0) + 1;
      const order = [...random.permutation(3)].join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    const chiSquare = [...counts].reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(20.5); // 0.1 % at 5 degrees of freedom
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
    expect(() => random.integer(0)).toThrow(RangeError);
  });

  it("permutes every count", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer(), (n, seed) => {
        const order = [...stream(seed).permutation(n)].sort((a, b) => a - b);
        expect(order).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });
});

describe("elementary functions", () => {
  it("agree with the engine's to rounding", () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -53, max: 1, noNaN: true }), (x) => {
        expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.abs(Math.log(x)));
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (turns) => {
        const [cosine, sine] = circle(turns);
        expect(Math.abs(cosine - Math.cos(2 * Math.PI * turns))).toBeLessThan(1e-15);
        expect(Math.abs(sine - Math.sin(2 * Math.PI * turns))).toBeLessThan(1e-15);
      }),
    );
    expect(circle(0.25).map(Math.abs)).toEqual([0, 1]);
  });
});
