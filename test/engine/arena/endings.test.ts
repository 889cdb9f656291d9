import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAll } from "../../../runtime/arrays/parse.ts";
import { differenced } from "../../../runtime/engine/differences.ts";
import { differencesOf } from "../../../runtime/engine/arena/differences.ts";
import { elementwiseOf } from "../../../runtime/engine/arena/elementwise.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { createStore, type Store } from "../../../runtime/engine/arena/store.ts";
import type { Ending, Engine, Handle } from "../../../runtime/engine/engine.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { sizeOf } from "../../../runtime/engine/shape.ts";
import { type Numbers, scattered } from "../support.ts";

type Computing = Pick<Engine, "upload" | "readNow" | "dispose" | "elementwiseReduced">;
type Inputs = Readonly<Record<string, Numbers>>;
type Endings = Readonly<Record<string, Ending>>;

const reference = referenceEngine();
const { engine: arena, store, runs } = engineOf(createStore(createMachine("wasm")));

/** An engine, and the kernels that it has run by name. */
function engineOf(made: Store): {
  readonly engine: Computing;
  readonly store: Store;
  readonly runs: string[];
} {
  const names: string[] = [];
  const run: Store["machine"]["run"] = (kernel, words, items, work) => {
    names.push(typeof kernel === "string" ? kernel : kernel.name);
    made.machine.run(kernel, words, items, work);
  };
  const counting = { ...made, machine: { ...made.machine, run } };
  return { engine: { ...counting, ...elementwiseOf(counting) }, store: made, runs: names };
}

function computed(
  engine: Computing,
  texts: Readonly<Record<string, string>>,
  endings: Endings,
  inputs: Inputs,
): readonly Numbers[] {
  const handles = Object.entries(inputs).map(
    ([name, { data, shape }]) => [name, engine.upload(data, shape)] as const,
  );
  const results = engine.elementwiseReduced(parseAll(texts), endings, Object.fromEntries(handles));
  const numbers = results.map((result) => ({
    shape: result.shape,
    data: Float64Array.from(engine.readNow(result) ?? []),
  }));
  engine.dispose([...results, ...handles.map(([, handle]) => handle)]);
  return numbers;
}

/** Numbers by numbers, within `bound` of the size of what they are sums of; NaN and infinities where the others have them. */
function expectNear(got: Numbers, wanted: Numbers, bound: number, what: string): void {
  expect(got.shape, what).toEqual(wanted.shape);
  const wrong = [...got.data].findIndex((x, at) => {
    const y = wanted.data[at] ?? NaN;
    return !(Object.is(x, y) || x === y || Math.abs(x - y) <= bound + 1e-6 * Math.abs(y));
  });
  expect(wrong, `${what}: ${got.data[wrong]} for ${wanted.data[wrong]}`).toBe(-1);
}

function agree(texts: Readonly<Record<string, string>>, endings: Endings, inputs: Inputs): void {
  const before = store.memory();
  const wanted = computed(reference, texts, endings, inputs);
  const what = JSON.stringify({ texts, endings, shapes: Object.values(inputs).map(({ shape }) => shape) });
  const size = Math.max(1, ...Object.values(inputs).map(({ shape }) => sizeOf(shape)));
  computed(arena, texts, endings, inputs).forEach((got, at) => {
    expectNear(got, wanted[at]!, 4e-6 * Math.sqrt(size) + 2e-6, what);
  });
  expect(store.memory(), what).toEqual(before);
}

const extent = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(16, 19, 35, 67));
const shape = fc
  .array(extent, { minLength: 1, maxLength: 4 })
  .map((extents) => extents.slice(0, extents.filter((n) => n > 5).length > 2 ? 2 : 4));
const by = fc.constantFrom("sum", "max", "min");
const side = fc.constantFrom("inner", "outer", "some");

/** The axes of a side of a shape. */
function axesOf(rank: number, which: "inner" | "outer" | "some", count: number): readonly number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  if (which === "some") return all.filter((axis) => (axis + count) % 2 === 0);
  return which === "inner" ? all.slice(rank - Math.min(rank, count)) : all.slice(0, Math.min(rank, count));
}

const SOFT = "soft(x - y*z, 0.3)";

describe("results that are reduced in their kernel", () => {
  it("are those of the reference, over any axes, beside results that are written", () => {
    const ones = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    const ending = fc.record({ by, side, count: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(shape, ones, ones, ending, ending, fc.nat(), (whole, first, second, a, b, seed) => {
        const cut = (which: readonly boolean[]): readonly number[] =>
          whole.map((n, axis) => (which[axis] === true ? 1 : n));
        const inputs = {
          x: scattered(whole, seed),
          y: scattered(cut(first), seed + 1),
          z: scattered(cut(second), seed + 2),
        };
        const at = (of: typeof a): Ending => ({ by: of.by, axes: axesOf(whole.length, of.side, of.count) });
        agree(
          { r: SOFT, s: "r*x", t: "x*y", u: "x" },
          { s: at(a), t: { ...at(b), by: "sum" }, u: at(b) },
          inputs,
        );
      }),
      { numRuns: 200 },
    );
  });

  it("are joined where they are made: a kernel, and one that joins its parts", () => {
    const x = scattered([64, 500], 1);
    const inputs = { x, y: scattered([1, 1], 2), z: scattered([64, 500], 3) };
    const ran = (texts: Readonly<Record<string, string>>, endings: Endings): readonly string[] => {
      runs.length = 0;
      agree(texts, endings, inputs);
      return [...runs];
    };
    const overRows = { s: { by: "sum", axes: [0] } } as const;
    const along = { s: { by: "sum", axes: [1] } } as const;
    expect(ran({ s: SOFT }, overRows)).toEqual(["elementwise"]);
    expect(ran({ s: SOFT }, along)).toEqual(["elementwise"]);
    expect(ran({ r: SOFT, s: "r*x", t: "r*z" }, { ...along, t: { by: "max", axes: [0] } })).toEqual([
      ...["elementwise", "reduce_rows"],
    ]);
    expect(ran({ s: SOFT }, { s: { by: "max", axes: [0, 1] } })).toEqual(["elementwise", "reduce_rows"]);
    expect(ran({ s: "pow(x, 2)" }, along)).toEqual(["elementwise"]);
  });

  it("of large arrays, cut into items of rows and of parts of rows", () => {
    const shapes = [
      [70_001],
      [3, 40_003],
      [4003, 19],
      [70_001, 2],
      [7, 61, 67, 3],
      [5, 20_001, 2],
      [30, 4099],
    ];
    for (const whole of shapes) {
      const inputs = {
        x: scattered(whole, 1),
        y: scattered(whole.with(0, 1), 2),
        z: scattered([...whole.slice(1).map(() => 1), whole.at(-1) ?? 1], 3),
      };
      for (let axes = 1; axes <= whole.length; axes++) {
        const over = (which: "inner" | "outer"): Ending => ({
          by: "sum",
          axes: axesOf(whole.length, which, axes),
        });
        agree({ r: SOFT, s: "r*x", t: "exp(r) + z" }, { s: over("inner"), t: over("outer") }, inputs);
      }
    }
  });

  it("join NaN and infinities as sums, largest and smallest entries do, and nothing beyond the end of a row", () => {
    const special = fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, -2.5);
    const row = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, special), {
      minLength: 16,
      maxLength: 70,
    });
    fc.assert(
      fc.property(row, by, (entries, join) => {
        const x = { shape: [2, entries.length], data: Float64Array.from([...entries, ...entries]) };
        agree({ s: "x + 0", t: "x - 0" }, { s: { by: join, axes: [1] }, t: { by: join, axes: [0] } }, { x });
      }),
      { numRuns: 300 },
    );
  });

  it("round by no more than is said, and as much whatever the threads", () => {
    const x = scattered([1_000_003], 5);
    const endings = { s: { by: "sum", axes: [0] } } as const;
    const [got] = computed(arena, { s: "x + 0" }, endings, { x });
    const data = Float64Array.from(Float32Array.from(x.data));
    const exact = data.reduce((sum, each) => sum + each, 0);
    const absolute = data.reduce((sum, each) => sum + Math.abs(each), 0);
    expect(Math.abs((got?.data[0] ?? NaN) - exact)).toBeLessThan((4096 / 16 + 32) * 2 ** -24 * absolute);
    const threaded = createStore(
      createMachine("wasm", { threads: (memory) => createThreads("wasm", memory, 3) }),
    );
    const matrix = { x: scattered([301, 1003], 1), y: scattered([301, 1], 2), z: scattered([1003], 3) };
    const texts = { r: SOFT, s: "r*x", t: "r*z", u: "r*y" };
    const three: Endings = {
      s: { by: "sum", axes: [1] },
      t: { by: "sum", axes: [0] },
      u: { by: "sum", axes: [0, 1] },
    };
    expect(computed(engineOf(threaded).engine, texts, three, matrix)).toEqual(
      computed(arena, texts, three, matrix),
    );
  });

  it("of differences that the kernel reads", () => {
    const options = { axes: [1, 2], at: 3, boundary: "neumann", adjoint: false } as const;
    const x = scattered([2, 33, 41], 1);
    const p = scattered([2, 33, 41, 2], 2);
    const handle = store.upload(x.data, x.shape);
    const other = store.upload(p.data, p.shape);
    const within = differenced(handle, options);
    const apart = differencesOf(store).differences(handle, options);
    const reduced = (d: Handle): readonly (readonly number[])[] =>
      arena
        .elementwiseReduced(
          parseAll({ s: "d*p", t: "abs(d) + p" }),
          { s: { by: "sum", axes: [1, 2, 3] }, t: { by: "max", axes: [1, 2, 3] } },
          { d, p: other },
        )
        .map((result) => [...(store.readNow(result) ?? [])]);
    const [got, wanted] = [reduced(within), reduced(apart)];
    got.flat().forEach((value, at) => {
      expect(value).toBeCloseTo(wanted.flat()[at] ?? NaN, 3);
    });
  });
});
