import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { sheppLogan } from "../../runtime/data/sheppLogan.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { readRasteriserAssets } from "../../runtime/io/node/rasteriserAssets.ts";
import { readPng } from "../../runtime/io/png.ts";
import { lineFigure, type LineFigure } from "../../runtime/measure/figure.ts";
import { montage } from "../../runtime/measure/montage.ts";
import { createRasteriser, type Rasteriser } from "../../runtime/measure/rasterise.ts";
import { linearScale, logScale, scaleOver } from "../../runtime/measure/scale.ts";
import { codeOf } from "../io/damage.ts";

let draw: Rasteriser;
beforeAll(async () => {
  draw = await createRasteriser(await readRasteriserAssets());
});

const labels = (ticks: readonly { readonly label: string }[]): readonly string[] =>
  ticks.map(({ label }) => label);

describe("scales", () => {
  it("have ticks that a person would choose", () => {
    expect(labels(linearScale(-57.3, 0, true).ticks)).toEqual(["−60", "−40", "−20", "0"]);
    expect(labels(linearScale(0, 16, false).ticks)).toEqual(["0", "5", "10", "15"]);
    expect(labels(linearScale(0.11, 0.48, true).ticks)).toEqual(["0.1", "0.2", "0.3", "0.4", "0.5"]);
    expect(labels(logScale(1e-6, 1, true).ticks)).toEqual([
      "10⁻⁶",
      "10⁻⁵",
      "10⁻⁴",
      "10⁻³",
      "10⁻²",
      "10⁻¹",
      "10⁰",
    ]);
    expect(labels(logScale(1, 100, true).ticks)).toEqual(["1", "2", "5", "10", "20", "50", "100"]);
  });

  it("place every value of the data within the axis, on any data", () => {
    const values = fc.array(fc.double(), { maxLength: 6 });
    fc.assert(
      fc.property(
        values,
        fc.constantFrom("linear" as const, "log" as const),
        fc.boolean(),
        (list, kind, extend) => {
          const sensible = list.filter(
            (value) => !(Math.abs(value) > 1e150) && (value === 0 || !(Math.abs(value) < 1e-150)),
          );
          const scale = scaleOver(sensible, kind, extend);
          expect(scale.ticks.length).toBeLessThan(20);
          for (const value of sensible.filter(
            (one) => Number.isFinite(one) && (kind === "linear" || one > 0),
          )) {
            expect(scale.place(value)).toBeGreaterThanOrEqual(-1e-6);
            expect(scale.place(value)).toBeLessThanOrEqual(1 + 1e-6);
          }
        },
      ),
    );
  });
});

describe("figure", () => {
  const figure: LineFigure = {
    title: 'NMSE <by> layer & "iteration"',
    x: { label: "Layer" },
    y: { label: "NMSE", unit: "dB" },
    series: [
      { name: "LISTA", x: [0, 1, 2], y: [0, -10, -20], deviation: [1, 1, 1] },
      { name: "broken", x: [0, 1, 2, 3], y: [0, NaN, -5, -Infinity], dashed: true },
    ],
  };

  it("is one text, escaped, without a number that is none", () => {
    const svg = lineFigure(figure);
    expect(lineFigure(figure)).toBe(svg);
    expect(svg).toContain("NMSE &lt;by&gt; layer &amp; &quot;iteration&quot;");
    expect(svg).toContain("NMSE (dB)");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("puts the points where their values are", () => {
    const svg = lineFigure({ ...figure, series: [{ name: "line", x: [0, 1, 2], y: [0, 5, 10] }] });
    const path = /<path d="M([\d.,]+)L([\d.,]+)L([\d.,]+)"/.exec(svg);
    const [a, b, c] = [1, 2, 3].map((i) => (path?.[i] ?? "").split(",").map(Number));
    expect((a?.[0] ?? 0) + (c?.[0] ?? 0)).toBeCloseTo(2 * (b?.[0] ?? 0), 1);
    expect((a?.[1] ?? 0) + (c?.[1] ?? 0)).toBeCloseTo(2 * (b?.[1] ?? 0), 1);
    expect(a?.[1]).toBeGreaterThan(c?.[1] ?? Infinity);
  });

  it("is drawn even without data", () => {
    for (const series of [[], [{ name: "none", x: [], y: [] }], [{ name: "one", x: [3], y: [7] }]]) {
      const picture = readPng(draw(lineFigure({ ...figure, series }), 1));
      expect(picture.shape).toEqual([440, 760, 3]);
    }
  });

  it("is rasterised with text and lines on white", () => {
    const { data, shape } = readPng(draw(lineFigure(figure), 1));
    expect(shape).toEqual([440, 760, 3]);
    expect([...data.subarray(0, 3)]).toEqual([1, 1, 1]);
    const title = data.subarray(20 * 760 * 3, 36 * 760 * 3).filter((value) => value < 0.5).length;
    expect(title).toBeGreaterThan(500);
  });
});

describe("montage", () => {
  it("shows the pixels as they are", () => {
    const checks = realArray([2, 2], Float64Array.of(0, 1, 1, 0));
    const png = readPng(draw(montage({ pictures: [{ picture: checks, caption: "checks" }], cell: 100 }), 1));
    const [, width = 0] = png.shape;
    const at = (row: number, column: number): number =>
      png.data[((24 + row) * width + 24 + column) * 3] ?? NaN;
    expect([at(10, 10), at(10, 90), at(90, 10), at(90, 90), at(49, 49), at(49, 51)]).toEqual([
      0, 1, 1, 0, 0, 1,
    ]);
  });

  it("keeps the proportions of a long picture in a place of twice its width", () => {
    const ramp = realArray([400, 4], new Float64Array(1600));
    const [height, width] = readPng(
      draw(montage({ pictures: [{ picture: ramp, caption: "a" }], cell: 100 }), 1),
    ).shape as readonly [number, number];
    expect(width).toBeGreaterThan(100);
    expect(height).toBeGreaterThan(200);
    expect(height).toBeLessThan(300);
    expect(montage({ pictures: [{ picture: ramp, caption: "a" }], cell: 100 })).toMatch(
      /<image[^>]* width="2" height="200"/u,
    );
  });

  it("makes each row as high as its tallest picture", () => {
    const [long, square] = [
      [200, 100],
      [50, 50],
    ].map((shape) => ({
      picture: realArray(shape, new Float64Array(shape.reduce((a, b) => a * b))),
      caption: "a",
    }));
    const heightOf = (pictures: Parameters<typeof montage>[0]["pictures"]): number =>
      readPng(draw(montage({ pictures, columns: 1, cell: 100 }), 1)).shape[0] ?? NaN;
    const both = [long, square].flatMap((each) => each ?? []);
    const [first, second] = both.map((each) => heightOf([each]));
    // two rows, one margin less above and below, and the gap between them
    expect(heightOf(both)).toBe((first ?? NaN) + (second ?? NaN) - 2 * 24 + 20);
  });

  it("stretches a range and refuses what is no picture", () => {
    const phantom = sheppLogan(32, "original");
    const svg = montage({
      title: "t",
      pictures: [{ picture: phantom, caption: "a", note: "b" }],
      range: [1, 1.05],
    });
    expect(svg).toContain("data:image/png;base64,");
    const vector = realArray([4], new Float64Array(4));
    expect(codeOf(() => montage({ pictures: [{ picture: vector, caption: "v" }] }))).toBe("IPX8108");
  });
});
