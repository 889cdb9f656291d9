import { describe, expect, test } from "vitest";
import type { Block, Variable } from "../../compiler/ir/block.ts";
import { IrBuilder, parameter } from "../../compiler/ir/build.ts";
import { arrayOf, numberArray, realArray, type ReferenceValue } from "../../compiler/ir/evaluate/array.ts";
import { evaluateBlock } from "../../compiler/ir/evaluate/evaluate.ts";
import { asValue, itemAt, Lanes, type LaneValue } from "../../compiler/ir/evaluate/lanes.ts";
import { constant, name } from "../../compiler/types/dimension.ts";
import type { Space } from "../../compiler/types/space.ts";
import {
  COMPLEX,
  Dice,
  distance,
  NUMBER,
  pairing,
  randomLanes,
  REAL,
  realsOf,
  setting,
  space,
} from "./lab.ts";

function evaluate(block: Block, ...values: readonly ReferenceValue[]): readonly number[] {
  const inputs = values.map((value): LaneValue => ({ shared: false, values: [value] }));
  const [result] = evaluateBlock(block, inputs, new Lanes(1), setting());
  return realsOf(result!);
}

function blockOf(
  spaces: readonly Space[],
  emit: (b: IrBuilder, inputs: readonly Variable[]) => Variable,
): Block {
  const inputs = spaces.map((each, i) => parameter(`a${i}`, each, false));
  return new IrBuilder().block(inputs, (b) => [emit(b, inputs)]);
}

function image(height: number, width: number, channels: number): Space {
  return { kind: "array", element: "real", dimensions: [height, width, channels].map(constant) };
}

describe("the reference interpreter", () => {
  test("knows the discrete Fourier transform of a delta and of a wave", () => {
    const block = blockOf([COMPLEX], (b, [x]) =>
      b.apply(b.library("fourier", {}, COMPLEX, COMPLEX, []), x!, false),
    );
    const third = 1 / Math.sqrt(3);
    const delta = arrayOf([3], "complex", (i) => ({ re: i === 0 ? 1 : 0, im: 0 }));
    evaluate(block, delta).forEach((entry, i) => {
      expect(entry).toBeCloseTo(i < 3 ? third : 0, 12);
    });
    const angle = (2 * Math.PI) / 3;
    const wave = arrayOf([3], "complex", (i) => ({
      re: third * Math.cos(angle * i),
      im: third * Math.sin(angle * i),
    }));
    [0, 1, 0, 0, 0, 0].forEach((entry, i) => {
      expect(evaluate(block, wave)[i]).toBeCloseTo(entry, 12);
    });
  });

  test.each(["haar", "db4", "sym4"])("has an orthonormal wavelet %s", (wavelet) => {
    const domain = space("real", "h", "h", "c");
    const block = blockOf([domain], (b, [x]) => {
      const W = b.library("wavelet", { name: wavelet, levels: 2 }, domain, domain, []);
      return b.apply(W, b.apply(W, x!, false), true);
    });
    const x = randomLanes(parameter("x", domain, false), 1, new Dice(1), setting());
    const [back] = evaluateBlock(block, [x], new Lanes(1), setting());
    expect(distance(back!, x, 1)).toBeLessThan(1e-12);
    expect(pairing(x, x, 1)).toBeGreaterThan(1);
  });

  test("pads convolutions with zeros, and centres the filter", () => {
    const filters: Space = { kind: "array", element: "real", dimensions: [3, 3, 1, 1].map(constant) };
    const block = blockOf([image(3, 3, 1), filters], (b, [x, f]) => b.convolve(x!, f!, 1));
    const delta = realArray([3, 3, 1], [0, 0, 0, 0, 1, 0, 0, 0, 0]);
    const filter = realArray([3, 3, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(evaluate(block, delta, filter)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const corner = realArray([3, 3, 1], [1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(evaluate(block, corner, filter)).toEqual([5, 4, 0, 2, 1, 0, 0, 0, 0]);
  });

  test("marks the first of equals among the largest entries", () => {
    const block = blockOf([REAL], (b, [x]) => b.largest(x!, b.constant(0.67)));
    expect(evaluate(block, realArray([3], [2, -2, 2]))).toEqual([1, 1, 0]);
    expect(evaluate(block, realArray([3], [1, -3, 2]))).toEqual([0, 1, 1]);
  });

  test("aligns arrays from the last axis and repeats numbers", () => {
    const block = blockOf([space("real", "m", "n"), REAL, NUMBER], (b, [x, y, t]) =>
      b.elementwise("mul", [b.elementwise("add", [x!, y!]), t!]),
    );
    const x = realArray(
      [4, 3],
      Array.from({ length: 12 }, (_, i) => i),
    );
    expect(evaluate(block, x, realArray([3], [10, 20, 30]), numberArray(2)).slice(0, 6)).toEqual([
      20, 42, 64, 26, 48, 70,
    ]);
  });

  test("solves with the map's inverse, also for complex values", () => {
    const block = blockOf([COMPLEX], (b, [x]) =>
      b.solve(x!, null, { tolerance: 1e-9, maximum: 9 }, (inner, v) => {
        const F = inner.library("fourier", {}, COMPLEX, COMPLEX, []);
        const round = inner.apply(
          F,
          inner.elementwise("mul", [inner.constant(3), inner.apply(F, v, false)]),
          true,
        );
        return inner.elementwise("add", [v, round]);
      }),
    );
    const x = arrayOf([3], "complex", (i) => ({ re: i, im: 1 - i }));
    [0, 1, 2, 1, 0, -1].forEach((entry, i) => {
      expect(evaluate(block, x)[i]).toBeCloseTo(entry / 4, 12);
    });
  });

  test("runs each lane of a loop as if it were alone, whatever the others hold", () => {
    const x = parameter("x", NUMBER, false);
    const block = new IrBuilder().block([x], (b) => {
      const { carried, capped } = b.loop(
        [x, b.constant(0)],
        (inner, [v]) => inner.elementwise("less", [v!, inner.constant(10)]),
        (inner, [v, k]) => [
          inner.elementwise("mul", [v!, v!]),
          inner.elementwise("add", [k!, inner.constant(1)]),
        ],
        4,
      );
      return [carried[0]!, carried[1]!, capped];
    });
    const starts = [2, Number.NaN, 50, 0.5, 3];
    const lanes: LaneValue = { shared: false, values: starts.map(numberArray) };
    const together = evaluateBlock(block, [lanes], new Lanes(starts.length), setting());
    expect(realsOf(together[1]!)).toEqual([2, 0, 0, 4, 2]);
    expect(realsOf(together[2]!)).toEqual([0, 0, 0, 1, 0]);
    starts.forEach((start, lane) => {
      const alone: LaneValue = { shared: false, values: [numberArray(start)] };
      const own = evaluateBlock(block, [alone], new Lanes(1), setting());
      own.forEach((value, i) => {
        expect(asValue(itemAt(together[i]!, lane))).toEqual(asValue(itemAt(value, 0)));
      });
    });
  });

  test("refuses what is not bound", () => {
    const block = blockOf([{ kind: "array", element: "real", dimensions: [name("q")] }], (b, [x]) =>
      b.fill(b.sum(x!), { kind: "array", element: "real", dimensions: [name("q")] }),
    );
    expect(() => evaluate(block, realArray([2], [1, 2]))).toThrow("q is not known");
  });
});
