import { describe, expect, test } from "vitest";
import type { ElementwiseExpression } from "../../../runtime/arrays/expression.ts";
import type { ConvolutionOptions, Engine, Handle } from "../../../runtime/engine/engine.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { engine } from "../../../runtime/engine/select.ts";
import { stream } from "../../../runtime/random/stream.ts";
import { deviation, type Numbers, scattered } from "../support.ts";

const CASES = 10_000;

/** Whole numbers in [low, high], the same at every run. */
function dice(seed: number): (low: number, high: number) => number {
  const draws = stream(seed, "endurance");
  return (low, high) => low + Math.floor(draws.uniform() * (high - low + 1));
}

const input = (name: string) => ({ kind: "input", name }) as const;
const EXPRESSION: ElementwiseExpression = {
  kind: "apply",
  function: "soft",
  arguments: [{ kind: "apply", function: "sub", arguments: [input("a"), input("b")] }, input("b")],
};

/** An operation on arrays of random extents: the shapes that it takes, and what it does with them. */
interface Trial {
  readonly shapes: readonly (readonly number[])[];
  readonly run: (on: Engine, arrays: readonly Handle[]) => Handle;
}

type Draw = ReturnType<typeof dice>;

const around = (draw: Draw): ConvolutionOptions => ({
  stride: draw(1, 3),
  padding: [
    [draw(0, 2), draw(0, 2)],
    [draw(0, 2), draw(0, 2)],
  ],
});

/** The arrays of a trial, which has as many as it has shapes. */
function at(arrays: readonly Handle[], index: number): Handle {
  const array = arrays[index];
  if (array === undefined) throw new RangeError("an array is missing");
  return array;
}

const TRIALS: readonly ((draw: Draw) => Trial)[] = [
  (draw) => {
    const shape = [draw(0, 5), draw(1, 40), draw(1, 17)];
    const other = shape.map((extent) => (draw(0, 2) === 0 ? 1 : extent));
    return {
      shapes: [shape, other],
      run: (on, arrays) => on.elementwise(EXPRESSION, { a: at(arrays, 0), b: at(arrays, 1) }),
    };
  },
  (draw) => {
    const [m, k, n] = [draw(1, 40), draw(1, 40), draw(1, 40)];
    const [transposeLeft, transposeRight] = [draw(0, 1) === 1, draw(0, 1) === 1];
    return {
      shapes: [transposeLeft ? [k, m] : [m, k], transposeRight ? [n, k] : [k, n]],
      run: (on, arrays) => on.matmul(at(arrays, 0), at(arrays, 1), { transposeLeft, transposeRight }),
    };
  },
  (draw) => {
    const [c, out, options] = [draw(1, 5), draw(1, 5), around(draw)];
    return {
      shapes: [
        [draw(1, 2), draw(3, 12), draw(3, 12), c],
        [draw(1, 3), draw(1, 3), c, out],
      ],
      run: (on, arrays) => on.convolve(at(arrays, 0), at(arrays, 1), options),
    };
  },
  (draw) => {
    const axes = [0, 1, 2].filter(() => draw(0, 1) === 1);
    const kind = (["sum", "max", "min"] as const)[draw(0, 2)] ?? "sum";
    return {
      shapes: [[draw(1, 9), draw(1, 50), draw(1, 9)]],
      run: (on, arrays) => on.reduce(kind, at(arrays, 0), axes),
    };
  },
  (draw) => {
    const inverse = draw(0, 1) === 1;
    return {
      shapes: [[draw(1, 3), draw(1, 70), draw(1, 9), 2]],
      run: (on, arrays) => on.fourier(at(arrays, 0), draw(0, 1) === 1 ? [1] : [1, 2], inverse),
    };
  },
  (draw) => {
    const [h, w, c] = [draw(1, 70), draw(1, 70), draw(1, 3)];
    const axes = draw(0, 1) === 1 ? [1] : [0, 1];
    return {
      shapes: [
        [h, w, c],
        [draw(0, 1) === 1 ? h : 1, Math.floor(w / 2) + 1, 1, 2],
      ],
      run: (on, arrays) =>
        on.filterFourier(at(arrays, 0), at(arrays, 1), { axes, adjoint: draw(0, 1) === 1 }),
    };
  },
  (draw) => ({
    shapes: [[draw(1, 20), draw(1, 20), draw(1, 4)]],
    run: (on, arrays) => on.transpose(at(arrays, 0), [2, 0, 1]),
  }),
  (draw) => {
    const [rows, columns] = [draw(1, 12), draw(1, 12)];
    const begin = [draw(0, rows - 1), draw(0, columns - 1)] as const;
    const size = [draw(1, rows - begin[0]), draw(1, columns - begin[1])];
    return {
      shapes: [[rows, columns]],
      run: (on, arrays) =>
        on.pad(on.slice(at(arrays, 0), begin, size), [
          [1, 0],
          [0, draw(0, 3)],
        ]),
    };
  },
  (draw) => {
    const boundary = (["neumann", "periodic", "zero"] as const)[draw(0, 2)] ?? "zero";
    return {
      shapes: [[draw(1, 30), draw(1, 30)]],
      run: (on, arrays) => on.differences(at(arrays, 0), { axes: [0, 1], at: 2, boundary, adjoint: false }),
    };
  },
];

/** The result of a trial on an engine, whose arrays are all given back. */
function performed(on: Engine, trial: Trial, seed: number): Numbers {
  const result = on.scope(
    () =>
      trial.run(
        on,
        trial.shapes.map((shape) => on.upload(scattered(shape, seed).data, shape)),
      ),
    (kept) => [kept],
  );
  const numbers = { shape: result.shape, data: Float64Array.from(on.readNow(result) ?? []) };
  on.dispose([result]);
  return numbers;
}

describe("ten thousand operations of random shapes", () => {
  test("leave no array behind, and one in fifty is compared with the reference", async () => {
    const own = await engine({ name: "wasm" });
    const exact = referenceEngine();
    const before = own.memory();
    for (let seed = 0; seed < CASES; seed++) {
      const make = TRIALS[seed % TRIALS.length];
      if (make === undefined) continue;
      const found = performed(own, make(dice(seed)), seed);
      if (seed % 50 >= TRIALS.length) continue;
      const expected = performed(exact, make(dice(seed)), seed);
      expect(deviation(found, expected), `case ${seed}: ${found.shape.join(" x ")}`).toBeLessThan(1e-4);
    }
    expect(own.memory()).toEqual(before);
  });

  test("and what is refused leaves none either", async () => {
    const own = await engine({ name: "wasm" });
    const before = own.memory();
    const tooLarge = (): Handle => own.fill(1, [2 ** 20, 2 ** 12]);
    expect(tooLarge).toThrow(/fill: into \[1048576, 4096\], no room for 16\.0 GiB beside/);
    expect(own.memory()).toEqual(before);
    const one = own.fill(1, [3]);
    expect(Array.from(own.readNow(one) ?? [])).toEqual([1, 1, 1]);
    own.dispose([one]);
  });
});
