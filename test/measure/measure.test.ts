import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { hostArray, realArray } from "../../runtime/io/hostArray.ts";
import { nmseDb } from "../../runtime/measure/nmse.ts";
import { psnrDb } from "../../runtime/measure/psnr.ts";
import { snrDb } from "../../runtime/measure/snr.ts";
import { ssim } from "../../runtime/measure/ssim.ts";
import { summarise } from "../../runtime/measure/summary.ts";
import { numberText, type Table, tableCsv, tableJson, tableText } from "../../runtime/measure/table.ts";
import { codeOf } from "../io/damage.ts";
import { fixtureJson } from "../io/fixture.ts";

const vector = (...values: number[]) => realArray([values.length], Float64Array.from(values));

describe("error measures", () => {
  it("have the values of their definitions", () => {
    expect(nmseDb(vector(3, 4.5), vector(3, 4))).toBeCloseTo(10 * Math.log10(0.25 / 25), 12);
    expect(snrDb(vector(3, 4.5), vector(3, 4))).toBeCloseTo(20, 12);
    expect(psnrDb(vector(0.1, 0.1), vector(0, 0), 1)).toBeCloseTo(20, 12);
    expect(psnrDb(vector(25.5, 25.5), vector(0, 0), 255)).toBeCloseTo(20, 12);
    const complex = (data: Float32Array) => hostArray("complex", [1], data);
    expect(psnrDb(complex(Float32Array.of(0, 1)), complex(Float32Array.of(1, 1)), 1)).toBeCloseTo(0, 12);
  });

  it("say what happens at the ends, and refuse arrays that differ", () => {
    expect(nmseDb(vector(1, 2), vector(1, 2))).toBe(-Infinity);
    expect(nmseDb(vector(1, 2), vector(0, 0))).toBe(Infinity);
    expect(nmseDb(vector(0), vector(0))).toBeNaN();
    expect(nmseDb(vector(NaN), vector(1))).toBeNaN();
    expect(codeOf(() => nmseDb(vector(1), vector(1, 2)))).toBe("IPX8104");
  });

  it("NMSE does not change with the scale of the data", () => {
    const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(values, fc.integer({ min: -8, max: 8 }), (estimate, exponent) => {
        const scaled = (list: readonly number[]) => vector(...list.map((value) => value * 2 ** exponent));
        expect(nmseDb(scaled(estimate), scaled([1, -2, 3]))).toBeCloseTo(
          nmseDb(vector(...estimate), vector(1, -2, 3)),
          9,
        );
      }),
    );
  });
});

interface SsimCase {
  readonly name: string;
  readonly field?: "complex";
  readonly shape: readonly number[];
  readonly range: number;
  readonly truth: readonly number[];
  readonly estimate: readonly number[];
  readonly gaussian: number;
  readonly uniform: number;
  readonly psnr: number;
}

describe("SSIM", () => {
  test.each(fixtureJson<readonly SsimCase[]>("ssim.json"))("agrees with scikit-image on $name", (one) => {
    const truth = hostArray(one.field ?? "real", one.shape, Float64Array.from(one.truth));
    const estimate = hostArray(one.field ?? "real", one.shape, Float64Array.from(one.estimate));
    expect(Math.abs(ssim(estimate, truth, one.range) - one.gaussian)).toBeLessThan(1e-9);
    expect(Math.abs(ssim(estimate, truth, one.range, "uniform") - one.uniform)).toBeLessThan(1e-9);
    expect(Math.abs(psnrDb(estimate, truth, one.range) - one.psnr)).toBeLessThan(1e-9);
    expect(ssim(truth, truth, one.range)).toBeCloseTo(1, 12);
  });

  it("refuses pictures smaller than its window", () => {
    const small = realArray([10, 20], new Float64Array(200));
    expect(codeOf(() => ssim(small, small, 1))).toBe("IPX8108");
    expect(ssim(small, small, 1, "uniform")).toBe(1);
  });
});

describe("summary", () => {
  it("has the sample's standard deviation and never drops a NaN", () => {
    expect(summarise([1, 2, 3, 4])).toEqual({
      mean: 2.5,
      standardDeviation: Math.sqrt(5 / 3),
      n: 4,
      undefinedCount: 0,
    });
    expect(summarise([1, NaN, 3])).toEqual({ mean: NaN, standardDeviation: NaN, n: 3, undefinedCount: 1 });
    expect(summarise([5]).standardDeviation).toBeNaN();
    expect(summarise([]).mean).toBeNaN();
  });
});

describe("table", () => {
  const table: Table = {
    title: "Results",
    columns: [{ name: "method" }, { name: "layers", digits: 0 }, { name: "nmse", unit: "dB", digits: 1 }],
    rows: [
      ['LISTA, "W1 y + W2 x"', 16, summarise([-35, -34])],
      ["ISTA", null, summarise([-5.25])],
      ["diverged", 3, summarise([NaN, -1])],
    ],
    notes: ["n = 2"],
  };

  it("is aligned as text", () => {
    expect(tableText(table)).toMatchInlineSnapshot(`
      "Results

      method                layers    nmse (dB)
      ────────────────────  ──────  ───────────
      LISTA, "W1 y + W2 x"      16  −34.5 ± 0.7
      ISTA                                 −5.3
      diverged                   3          NaN

      n = 2
      "
    `);
  });

  it("keeps all digits and quotes in CSV", () => {
    expect(tableCsv(table)).toBe(
      "method,layers,nmse,nmse_sd,nmse_n\r\n" +
        `"LISTA, ""W1 y + W2 x""",16,-34.5,${Math.SQRT1_2},2\r\n` +
        "ISTA,,-5.25,,1\r\n" +
        "diverged,3,,,2\r\n",
    );
  });

  it("has null for what JSON cannot say", () => {
    expect(JSON.parse(JSON.stringify(tableJson(table)))).toEqual([
      { method: 'LISTA, "W1 y + W2 x"', layers: 16, nmse: { mean: -34.5, sd: Math.SQRT1_2, n: 2 } },
      { method: "ISTA", layers: null, nmse: { mean: -5.25, sd: null, n: 1 } },
      { method: "diverged", layers: 3, nmse: { mean: null, sd: null, n: 2 } },
    ]);
  });

  it("writes numbers with a true minus and no negative zero", () => {
    expect([-1.25, -0.001, Infinity, -Infinity, NaN].map((value) => numberText(value, 1))).toEqual([
      "−1.3",
      "0.0",
      "∞",
      "−∞",
      "NaN",
    ]);
  });
});
