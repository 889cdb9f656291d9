import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { ArrayValue, Value } from "../../runtime/arrays/value.ts";
import { download } from "../../runtime/arrays/host.ts";
import { apart, numbersOf, R, reference, withoutLeaks } from "./support.ts";

const batchOf = (ops: Operations, rows: readonly (readonly number[])[]): ArrayValue => {
  const [first = []] = rows;
  const handle = ops.engine.upload(Float64Array.from(rows.flat()), [rows.length, first.length]);
  return { kind: "array", field: "real", shape: [first.length], batch: rows.length, handle };
};
const get = (values: readonly Value[], index: number): Value => {
  const value = values[index];
  if (value === undefined) throw new Error(`no value ${index}`);
  return value;
};

/** x <- w x while sum(x) > 1, which a sample leaves after a number of rounds of its own. */
const shrink = (ops: Operations, w: Value) => ({
  condition: ([x]: readonly Value[]): Value => ops.map("1 < s", { s: ops.sum(get([x as Value], 0)) }),
  body: ([x]: readonly Value[]): readonly Value[] => [ops.map("w*x", { w, x: x as Value })],
});

describe("per-sample loops", () => {
  it("each sample stops on its own, and the cap is reported for each", () => {
    const ops = reference();
    const x = batchOf(ops, [[0.4], [8], [1e6], [3]]);
    const { condition, body } = shrink(ops, ops.number(0.5));
    const { carried, capped } = withoutLeaks(ops).loop([x], condition, body, 5);
    expect(numbersOf(ops, get(carried, 0))).toEqual([0.4, 1, 1e6 / 32, 0.75]);
    expect(numbersOf(ops, capped)).toEqual([0, 0, 1, 0]);
  });

  it("stops when no sample runs, where that can be seen", () => {
    const ops = reference();
    let rounds = 0;
    const { condition, body } = shrink(ops, ops.number(0.5));
    const counting = (values: readonly Value[]): readonly Value[] => {
      rounds += 1;
      return body(values);
    };
    ops.loop([batchOf(ops, [[3], [7]])], condition, counting, 1000);
    expect(rounds).toBe(3);
  });

  it("gives the same on an engine that only reads asynchronously", async () => {
    const results = [reference(), reference()].map(async (ops, index) => {
      if (index === 1) Object.assign(ops.engine, { readNow: () => null });
      const { condition, body } = shrink(ops, ops.number(0.5));
      const { carried, capped } = ops.loop([batchOf(ops, [[0.4], [8], [1e6]])], condition, body, 6);
      return (await download(ops, ops.product([get(carried, 0), capped]))).map(({ data }) =>
        Array.from(data),
      );
    });
    const [seeing, blind] = await Promise.all(results);
    expect(blind).toEqual(seeing);
  });

  it("holds the values of one round, however many it runs", () => {
    const ops = reference();
    const held: number[] = [];
    const { condition, body } = shrink(ops, ops.number(0.5));
    const counting = (values: readonly Value[]): readonly Value[] => {
      held.push(ops.engine.memory().arrays);
      return body(values);
    };
    ops.loop([batchOf(ops, [[1e9], [1e6]])], condition, counting, 25);
    expect(new Set(held.slice(1)).size).toBe(1);
    expect(held).toHaveLength(25);
  });

  it("a finished sample is not touched by what its lane would compute", () => {
    const ops = reference();
    const x = batchOf(ops, [[4], [1]]);
    const { carried } = ops.loop(
      [x],
      ([y]) => ops.map("1 < s", { s: ops.sum(get([y as Value], 0)) }),
      ([y]) => [ops.map("sqrt(y - 1)*2/(y - 1)^2", { y: y as Value })],
      3,
    );
    expect(numbersOf(ops, get(carried, 0))[1]).toBe(1);
    expect(numbersOf(ops, get(carried, 0)).every(Number.isFinite)).toBe(true);
  });
});

describe("the reverse of a loop", () => {
  /** x <- sqrt(w x) + c while sum(x) > bound; a stopped sample may have x = 0, where the root has no derivative. */
  interface Point {
    readonly x: readonly (readonly number[])[];
    readonly w: readonly number[];
    readonly c: readonly (readonly number[])[];
    readonly bound: number;
  }
  const run = (ops: Operations, { x, w, c, bound }: Point) => {
    const [weights, shifts] = [
      { ...batchOf(ops, [w]), batch: null, handle: ops.engine.upload(Float64Array.from(w), [w.length]) },
      batchOf(ops, c),
    ];
    const limit = ops.number(bound);
    return {
      weights,
      shifts,
      result: ops.loopSaving(
        [batchOf(ops, x)],
        ([y]) => ops.map("b < s", { b: limit, s: ops.sum(get([y as Value], 0)) }),
        ([y]) => [ops.map("sqrt(w*y) + c", { w: weights, y: y as Value, c: shifts })],
        4,
      ),
    };
  };
  const objective = (point: Point): number => {
    const ops = reference();
    const [x] = run(ops, point).result.carried;
    return numbersOf(ops, get([x as Value], 0)).reduce((sum, value) => sum + Math.sin(value), 0);
  };
  const gradient = (point: Point) => {
    const ops = reference();
    const { weights, shifts, result } = run(ops, point);
    const last = get(result.carried, 0);
    const cosine = batchOf(
      ops,
      point.x.map((row, sample) =>
        row.map((_, i) => Math.cos(numbersOf(ops, last)[sample * row.length + i] ?? 0)),
      ),
    );
    const zero = (space = R(2)): Value => ops.fill(0, space);
    return {
      ops,
      ...withoutLeaks(ops).loopAdjoint(
        result.trace,
        [cosine],
        ([y], [g]) => {
          const inputs = { y: y as Value, g: g as Value, w: weights };
          return {
            carried: [ops.map("g*w/(2*sqrt(w*y))", inputs)],
            captured: [ops.sumSamples(ops.map("g*y/(2*sqrt(w*y))", inputs)), ops.map("g + 0*y", inputs)],
          };
        },
        [zero(), ops.map("0*c", { c: shifts })],
      ),
    };
  };

  const positive = fc.double({ min: 0.2, max: 9, noNaN: true });
  const rowOf = fc.tuple(positive, positive);

  it("agrees with finite differences, of executed rounds, for values carried and captured", () => {
    const point = fc.record({
      x: fc.array(rowOf, { minLength: 3, maxLength: 3 }),
      w: rowOf,
      c: fc.array(rowOf, { minLength: 3, maxLength: 3 }),
      bound: fc.double({ min: 1, max: 20, noNaN: true }),
    });
    fc.assert(
      fc.property(point, (at) => {
        const step = 1e-6;
        const counts = (p: Point): string => {
          const ops = reference();
          return run(ops, p)
            .result.trace.rounds.map(({ active }) => numbersOf(ops, active).join(""))
            .join();
        };
        const { ops, carried, captured } = gradient(at);
        const check = (analytic: number, moved: (d: number) => Point): void => {
          if (counts(moved(step)) !== counts(moved(-step))) return;
          const numeric = (objective(moved(step)) - objective(moved(-step))) / (2 * step);
          expect(apart([analytic], [numeric])).toBeLessThan(1e-5);
        };
        const change = (rows: readonly (readonly number[])[], i: number, d: number): number[][] =>
          rows.map((row, sample) =>
            row.map((value, j) => (sample * row.length + j === i ? value + d : value)),
          );
        numbersOf(ops, get(carried, 0)).forEach((value, i) =>
          check(value, (d) => ({ ...at, x: change(at.x, i, d) })),
        );
        numbersOf(ops, get(captured, 0)).forEach((value, i) =>
          check(value, (d) => ({ ...at, w: at.w.map((w, j) => (j === i ? w + d : w)) })),
        );
        numbersOf(ops, get(captured, 1)).forEach((value, i) =>
          check(value, (d) => ({ ...at, c: change(at.c, i, d) })),
        );
      }),
      { numRuns: 25 },
    );
  });

  it("samples that never ran, at points without a derivative, contribute nothing and pass through", () => {
    const at: Point = {
      x: [
        [0, 0],
        [4, 5],
      ],
      w: [1, 2],
      c: [
        [0, 0],
        [0, 0],
      ],
      bound: 3,
    };
    const { ops, carried, captured } = gradient(at);
    const numbers = numbersOf(ops, get(carried, 0));
    expect(numbers.slice(0, 2)).toEqual([1, 1]);
    const alone = gradient({ ...at, x: [[4, 5]], c: [[0, 0]] });
    expect(numbers.slice(2)).toEqual(numbersOf(alone.ops, get(alone.carried, 0)));
    expect(numbersOf(ops, get(captured, 0))).toEqual(numbersOf(alone.ops, get(alone.captured, 0)));
    expect(numbersOf(ops, get(captured, 1)).slice(0, 2)).toEqual([0, 0]);
  });
});
