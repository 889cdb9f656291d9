import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { ArrayValue } from "../../runtime/arrays/value.ts";
import { type Ellipse, renderEllipses } from "../../runtime/data/ellipse.ts";
import { sheppLogan } from "../../runtime/data/sheppLogan.ts";
import { asArray } from "../../runtime/arrays/layout.ts";
import { arraySpace } from "../../runtime/operators/spaces.ts";
import { libraryOperator } from "../../runtime/operators/create.ts";
import { readNumbers, uploadShared } from "../../runtime/operators/host.ts";
import type { LibrarySettings } from "../../runtime/operators/library.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { array, exact, single } from "./support.ts";

const midpoints = (range: number, views: number): readonly number[] =>
  Array.from({ length: views }, (_, view) => (range * (view + 0.5)) / views);

function projector(
  size: readonly [number, number],
  angles: readonly number[],
  settings: LibrarySettings,
  using: Operations = single,
): Operator {
  const name = settings["source"] === undefined ? "radon" : "fan_beam";
  return libraryOperator(using, name, settings, arraySpace("real", size), [
    array(using, [angles.length], angles),
  ]);
}

const numbers = (value: ArrayValue): Float64Array => readNumbers(single.engine, value.handle, "a test");
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const norm = (of: ArrayLike<number>): number => Math.hypot(...Array.from(of));
  return norm(Array.from(a, (value, i) => value - (b[i] ?? NaN))) / norm(b);
};

/** The integral of an ellipse along x cos(angle) + y sin(angle) = s (Kak and Slaney, 1988, section 3.1). */
function chord(
  { value, semiAxes: [a, b], centre: [x, y], turns }: Ellipse,
  angle: number,
  s: number,
): number {
  const turned = angle - 2 * Math.PI * turns;
  const square = (a * Math.cos(turned)) ** 2 + (b * Math.sin(turned)) ** 2;
  const away = s - x * Math.cos(angle) - y * Math.sin(angle);
  return (2 * value * a * b * Math.sqrt(Math.max(0, square - away ** 2))) / square;
}

describe("X-ray transforms of pictures", () => {
  const ellipses: readonly Ellipse[] = [
    { value: 1, semiAxes: [0.6, 0.3], centre: [0.1, 0.2], turns: 0.1 },
    { value: -0.4, semiAxes: [0.2, 0.25], centre: [-0.2, 0.1], turns: 0 },
    { value: 0.7, semiAxes: [0.1, 0.3], centre: [0.3, -0.4], turns: -0.2 },
  ];
  const size = 128;
  const picture = uploadShared(single.engine, renderEllipses(size, ellipses, 4));

  it("are those of ellipses in the plane, up to the grid, in parallel and in fan beams", () => {
    const detectors = 185;
    const angles = midpoints(2 * Math.PI, 37);
    for (const source of [null, 130]) {
      const settings = source === null ? { detectors } : { detectors, source, detector: 0 };
      const views = numbers(asArray("", projector([size, size], angles, settings).apply(single, picture)));
      const wanted = angles.flatMap((angle) =>
        Array.from({ length: detectors }, (_, cell) => {
          const s = cell - (detectors - 1) / 2;
          const turn = source === null ? 0 : Math.atan2(s, source);
          const place = source === null ? s : (s * source) / Math.hypot(s, source);
          const sum = ellipses.reduce(
            (total, ellipse) => total + chord(ellipse, angle - turn, (2 * place) / size),
            0,
          );
          return (sum * size) / 2;
        }),
      );
      expect(distance(views, wanted)).toBeLessThan(0.015);
    }
  });

  it.each([
    ["single", single],
    ["double", exact],
  ] as const)("are those of scikit-image, up to the grid, in %s precision", (_, using) => {
    const text = readFileSync(new URL("../fixtures/radon.json", import.meta.url), "utf8");
    const fixture = JSON.parse(text) as {
      readonly size: number;
      readonly degrees: readonly number[];
      readonly picture: readonly number[];
      readonly views: readonly number[];
      readonly inverse: readonly number[];
    };
    const n = fixture.size;
    const angles = fixture.degrees.map((degree) => (degree * Math.PI) / 180);
    const A = projector([n, n], angles, { detectors: n }, using);
    const apply = (
      operator: Operator,
      shape: readonly number[],
      entries: readonly number[],
    ): Float64Array => {
      const result = asArray("", operator.apply(using, array(using, shape, entries)));
      return Float64Array.from(using.engine.readNow(result.handle) ?? []);
    };
    expect(distance(apply(A, [n, n], fixture.picture), fixture.views)).toBeLessThan(0.01);
    if (using === exact) return; // whose filtered back-projection takes its time
    const inverse = using.filteredBackprojection(A, "ramp");
    expect(distance(apply(inverse, [angles.length, n], fixture.views), fixture.inverse)).toBeLessThan(0.06);
  });

  it("have a norm that is proved, and near the true one", () => {
    const A = projector([20, 20], midpoints(Math.PI, 12), { detectors: 30 });
    expect(A.norm.provenance.kind).toBe("proved");
    let x = Float64Array.from({ length: 400 }, () => 1);
    let square = 0;
    for (let round = 0; round < 60; round++) {
      const next = A.adjoint(single, A.apply(single, array(single, [20, 20], Array.from(x))));
      square = Math.hypot(...numbers(asArray("", next)));
      x = numbers(asArray("", next)).map((value) => value / square);
    }
    expect(A.norm.value).toBeGreaterThanOrEqual(Math.sqrt(square) * (1 - 1e-6));
    expect(A.norm.value).toBeLessThan(Math.sqrt(square) * 1.003);
  });
});

describe("filtered back-projection", () => {
  const size = 128;
  const phantom = sheppLogan(size, "modified", 4);
  const truth = phantom.data;
  const reconstructed = (angles: readonly number[], filter: "ramp" | "hann", spacing = 1): Float64Array => {
    const detectors = Math.ceil(183 / spacing);
    const A = projector([size, size], angles, { detectors, spacing });
    const views = A.apply(single, uploadShared(single.engine, phantom));
    return numbers(asArray("", single.filteredBackprojection(A, filter).apply(single, views)));
  };
  const psnr = (x: Float64Array): number =>
    -10 * Math.log10(x.reduce((sum, value, i) => sum + (value - (truth[i] ?? NaN)) ** 2, 0) / x.length);
  /** the mean inside of the skull, which the filter has right only if frequency 0 is */
  const inside = (x: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 54; i < 74; i++) for (let j = 40; j < 88; j++) sum += (x[i * size + j] ?? NaN) / 960;
    return sum;
  };

  it("gives back the Shepp-Logan phantom from many views, its mean too", () => {
    const x = reconstructed(midpoints(Math.PI, 200), "ramp");
    expect(psnr(x)).toBeGreaterThan(27);
    expect(Math.abs(inside(x) / inside(truth) - 1)).toBeLessThan(0.01);
    const smooth = reconstructed(midpoints(Math.PI, 200), "hann");
    expect(Math.abs(inside(smooth) / inside(truth) - 1)).toBeLessThan(0.01);
  });

  it("takes whole turns, other cells and irregular angles", () => {
    const regular = reconstructed(midpoints(Math.PI, 201), "hann");
    const golden = Array.from({ length: 233 }, (_, view) => view * Math.PI * (Math.sqrt(5) - 1));
    for (const x of [
      reconstructed(midpoints(2 * Math.PI, 201), "hann"),
      reconstructed(golden, "hann"),
      reconstructed(midpoints(Math.PI, 201), "hann", 0.75),
    ]) {
      expect(Math.abs(inside(x) / inside(truth) - 1)).toBeLessThan(0.01);
      expect(distance(x, regular)).toBeLessThan(0.12);
    }
  });

  it.each([
    [400, 200, 1.5, 275],
    [140, 0, 0.5, 391],
    [170, 60, 1, 275],
  ])("inverts fan beams from %d to %d pixels behind the middle", (source, detector, spacing, detectors) => {
    const angles = midpoints(2 * Math.PI, 360);
    const A = projector([size, size], angles, { detectors, spacing, source, detector });
    const views = A.apply(single, uploadShared(single.engine, phantom));
    const x = numbers(asArray("", single.filteredBackprojection(A, "ramp").apply(single, views)));
    expect(Math.abs(inside(x) / inside(truth) - 1)).toBeLessThan(0.01);
    expect(psnr(x)).toBeGreaterThan(26);
  });

  /** The sinogram of a disk by formula: the line at (a, g) is at the distance source sin(g) at the angle a - g. */
  const disk: Ellipse = { value: 1, semiAxes: [24, 24], centre: [9, -14], turns: 0 };
  const flat = { source: 220, detector: 110, detectors: 181, spacing: 1.2 };
  const ofDisk = (angles: readonly number[]): readonly number[] =>
    angles.flatMap((a) =>
      Array.from({ length: flat.detectors }, (_, cell) => {
        const place = (cell - (flat.detectors - 1) / 2) * flat.spacing;
        const g = Math.atan(place / (flat.source + flat.detector));
        return chord(disk, a - g, flat.source * Math.sin(g));
      }),
    );

  it.each([
    ["half a turn and the fan", Math.PI + 2 * Math.asin(Math.hypot(96, 96) / 2 / 220) + 0.02, 0.3],
    ["more than that", 4.6, -1.2],
    ["a whole turn", 2 * Math.PI, 0],
  ])("inverts the sinogram of a disk by formula over %s", (_, range, first) => {
    const angles = midpoints(range, 300).map((angle) => angle + first);
    const A = projector([96, 96], angles, flat);
    const views = array(single, [300, flat.detectors], ofDisk(angles));
    const x = numbers(asArray("", single.filteredBackprojection(A, "hann").apply(single, views)));
    const errors = Array.from(x, (value, i) => {
      const [px, py] = [(i % 96) - 47.5, 47.5 - Math.floor(i / 96)];
      const away = Math.hypot(px - 9, py + 14) - 24;
      const isClear = Math.abs(away) > 2 && Math.hypot(px, py) < 47;
      return isClear ? value - (away < 0 ? 1 : 0) : 0;
    });
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.04);
  });

  it("refuses what is no X-ray transform, and says what to write", () => {
    const other = libraryOperator(single, "I", {}, arraySpace("real", [8, 8]), []);
    expect(() => single.filteredBackprojection(other, "ramp")).toThrow(/known for the operators of `radon`/u);
    expect(() => projector([8, 8], [0, 1], { detectors: 9, source: 6, detector: 5 })).toThrow(
      /outside of the image/u,
    );
    expect(() => projector([8, 8], [0, NaN], { detectors: 9 })).toThrow(/no finite number/u);
  });
});
