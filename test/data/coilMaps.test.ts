import { expect, it } from "vitest";
import { birdcageMaps } from "../../runtime/data/coilMaps.ts";
import { fixtureJson } from "../io/fixture.ts";

interface Maps {
  readonly shape: readonly [number, number, number];
  readonly radius: number;
  readonly data: readonly number[];
}

it.each(fixtureJson<readonly Maps[]>("coils.json"))("are SigPy's", ({ shape, radius, data }) => {
  const [h, w, coils] = shape;
  const maps = birdcageMaps(h, w, { coils, radius });
  expect(maps.shape).toEqual(shape);
  expect(maps.field).toBe("complex");
  maps.data.forEach((entry, i) => {
    expect(entry).toBeCloseTo(data[i] ?? NaN, 5);
  });
});

it("have squares that sum to 1 in every pixel", () => {
  const { data } = birdcageMaps(7, 6, { coils: 5, radius: 1.2 });
  for (let pixel = 0; pixel < 42; pixel++) {
    const squares = Array.from(data.slice(10 * pixel, 10 * (pixel + 1)), (entry) => entry ** 2);
    expect(squares.reduce((sum, square) => sum + square, 0)).toBeCloseTo(1, 12);
  }
});
