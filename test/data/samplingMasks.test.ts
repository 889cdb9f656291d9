import { describe, expect, it } from "vitest";
import { sampleAt } from "../../runtime/data/sample.ts";
import { cartesianMask, radialMask, variableDensityMask } from "../../runtime/data/samplingMasks.ts";
import { stream } from "../../runtime/random/stream.ts";

const sum = (data: ArrayLike<number>): number => Array.from(data).reduce((total, each) => total + each, 0);
const [H, W] = [40, 51];

const MASKS = [
  [
    "cartesian",
    (origin: "corner" | "middle") =>
      cartesianMask(H, W, { acceleration: 4, centre: 0.1, lines: "random", origin }),
  ],
  [
    "equispaced",
    (origin: "corner" | "middle") =>
      cartesianMask(H, W, { acceleration: 4, centre: 0.1, lines: "equispaced", origin }),
  ],
  ["radial", (origin: "corner" | "middle") => radialMask(H, W, 9, origin)],
  [
    "variable density",
    (origin: "corner" | "middle") => variableDensityMask(H, W, { rate: 0.3, power: 3, centre: 0.1, origin }),
  ],
] as const;

describe.each(MASKS)("%s masks", (_, make) => {
  it("are of 0 and 1, follow from their seed, and hold frequency 0", () => {
    const [corner, middle] = [sampleAt(make("corner"), 3, 0), sampleAt(make("middle"), 3, 0)];
    expect(corner.shape).toEqual([H, W]);
    expect(Array.from(corner.data).every((each) => each === 0 || each === 1)).toBe(true);
    expect(sampleAt(make("corner"), 3, 0)).toEqual(corner);
    expect(sampleAt(make("corner"), 3, 1)).not.toEqual(corner);
    expect([corner.data[0], middle.data[Math.floor(H / 2) * W + Math.floor(W / 2)]]).toEqual([1, 1]);
    const shifted = Array.from(corner.data, (__, i) => {
      const [row, column] = [Math.floor(i / W), i % W];
      return middle.data[((row + Math.floor(H / 2)) % H) * W + ((column + Math.floor(W / 2)) % W)];
    });
    expect(shifted).toEqual(Array.from(corner.data));
  });
});

it.each(["random", "equispaced"] as const)(
  "%s lines are whole, full in the middle, and one in four",
  (lines) => {
    const generate = cartesianMask(3, 320, { acceleration: 4, centre: 0.08, lines, origin: "middle" });
    let taken = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { data } = generate(stream(seed, "masks"));
      expect(Array.from(data.slice(0, 320))).toEqual(Array.from(data.slice(320, 640)));
      expect(sum(data.slice(147, 173))).toBe(26);
      taken += sum(data.slice(0, 320)) / 40;
    }
    expect(Math.abs(taken - 80)).toBeLessThan(3);
  },
);

it("densities take their share exactly, and more of it at low frequencies", () => {
  const generate = variableDensityMask(64, 64, { rate: 0.25, power: 3, centre: 0.1, origin: "middle" });
  const { data } = sampleAt(generate, 1, 0);
  expect(sum(data)).toBe(1024);
  const at = (from: number, to: number): number => {
    const inside = Array.from(data).filter((_, i) => {
      const r = Math.hypot(Math.floor(i / 64) - 32, (i % 64) - 32);
      return r >= from && r < to;
    });
    return sum(inside) / inside.length;
  };
  expect(at(0, 4)).toBe(1);
  expect(at(8, 16)).toBeGreaterThan(at(16, 24) + 0.1);
  expect(at(16, 24)).toBeGreaterThan(at(28, 46));
});

it("spokes lie regularly, each from border to border", () => {
  const { data } = sampleAt(radialMask(65, 65, 4, "middle"), 5, 0);
  expect(sum(data)).toBeGreaterThan(4 * 60);
  expect(sum(data)).toBeLessThan(4 * 95);
  const ends = Array.from(data).filter((value, i) => value === 1 && [0, 64].includes(i % 65));
  expect(ends.length).toBeGreaterThanOrEqual(4);
});
