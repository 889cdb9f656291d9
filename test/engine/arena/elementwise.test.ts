import { setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  ELEMENTWISE,
  type ElementwiseExpression,
  type ElementwiseFunction,
} from "../../../runtime/arrays/expression.ts";
import { parse } from "../../../runtime/arrays/parse.ts";
import { elementwiseOf } from "../../../runtime/engine/arena/operations/elementwise.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { createStore, type Store } from "../../../runtime/engine/arena/store.ts";
import { type Engine, EngineError, type Handle } from "../../../runtime/engine/engine.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { sizeOf } from "../../../runtime/engine/shape.ts";
import { deviation, type Numbers, scattered } from "../support.ts";

const reference = referenceEngine();
setFlagsFromString("--experimental-wasm-relaxed-simd");
const { store, ...arena } = engineOf(true);
const builds = { relaxed: arena, plain: engineOf(false) } as const;

function engineOf(relaxed: boolean): Computing & { readonly store: Store } {
  const probe = relaxed ? null : vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  const made = createStore(createMachine("wasm"));
  const engine = { ...made, ...elementwiseOf(made), store: made };
  engine.dispose([engine.elementwise(parse("exp(1)"), {})]);
  probe?.mockRestore();
  return engine;
}

type Inputs = Readonly<Record<string, Numbers>>;
type Computing = Pick<Engine, "upload" | "readNow" | "dispose" | "elementwise" | "elementwiseAll">;

function computed(engine: Computing, expression: ElementwiseExpression, inputs: Inputs): Numbers {
  const handles: Record<string, Handle> = {};
  for (const [name, { data, shape }] of Object.entries(inputs)) handles[name] = engine.upload(data, shape);
  const result = engine.elementwise(expression, handles);
  const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
  engine.dispose([result, ...Object.values(handles)]);
  return numbers;
}

/** The results of a call for several, in order. */
function computedAll(engine: Computing, texts: Readonly<Record<string, string>>, inputs: Inputs): Numbers[] {
  const handles = Object.entries(inputs).map(
    ([name, { data, shape }]) => [name, engine.upload(data, shape)] as const,
  );
  const expressions = Object.entries(texts).map(([name, text]) => [name, parse(text)] as const);
  const results = engine.elementwiseAll(Object.fromEntries(expressions), Object.fromEntries(handles));
  const numbers = results.map((result) => ({
    shape: result.shape,
    data: Float64Array.from(engine.readNow(result) ?? []),
  }));
  engine.dispose([...results, ...handles.map(([, handle]) => handle)]);
  return numbers;
}

function agree(expression: ElementwiseExpression, inputs: Inputs, tolerance = 2e-6): void {
  const before = store.memory();
  const got = computed(arena, expression, inputs);
  const wanted = computed(reference, expression, inputs);
  expect(got.shape).toEqual(wanted.shape);
  expect(deviation(got, wanted), `${[...got.data]} for ${[...wanted.data]}`).toBeLessThan(tolerance);
  expect(store.memory()).toEqual(before);
}

/** Shapes that align with each other: axes left out, and axes of 1; a last axis of 2 often. */
const shapes = fc
  .tuple(
    fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(8, 19, 35)), { maxLength: 4 }),
    fc.boolean(),
  )
  .chain(([shape, pairs]) => {
    const whole = pairs ? [...shape, 2] : shape;
    const cut = fc.record({
      drop: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(whole.length)),
      ones: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    });
    return fc
      .tuple(cut, cut, cut)
      .map((cuts) => [
        whole,
        ...cuts.map(({ drop, ones }) => whole.map((n, i) => (ones[i] ? 1 : n)).slice(drop)),
      ]);
  });

const COMMON = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2.5, -2.5];
/** Remainders by numbers so far apart differ from those in double precision. */
const EXTREME = [1e-40, 3e38, -3e38];

const functions = (Object.keys(ELEMENTWISE) as ElementwiseFunction[]).filter(
  (name) => name !== "complex" && name !== "imaginary" && name !== "pairNorm",
);
const input = (name: string): ElementwiseExpression => ({ kind: "input", name });
const applied = (name: ElementwiseFunction): ElementwiseExpression => ({
  kind: "apply",
  function: name,
  arguments: ["a", "b", "c"].slice(0, ELEMENTWISE[name].arguments).map(input),
});

describe("each function", () => {
  it.each(functions)("%s of NaN, infinities and zeros is the reference's", (name) => {
    const special = name === "mod" ? COMMON : [...COMMON, ...EXTREME];
    const side = special.length;
    const shape = [side, side, side].slice(0, ELEMENTWISE[name].arguments);
    const inputs = Object.fromEntries(
      shape.map((_, axis) => [
        ["a", "b", "c"][axis] ?? "",
        {
          shape: shape.map((n, at) => (at === axis ? n : 1)),
          data: Float64Array.from(special, Math.fround),
        },
      ]),
    );
    const [got, wanted] = [arena, reference].map((engine) => computed(engine, applied(name), inputs));
    const single = wanted!.data.map((x) => (Math.abs(x) > 3.5e38 ? Math.sign(x) * Infinity : x));
    const wrong = [...got!.data].findIndex((x, at) => {
      const y = single[at] ?? NaN;
      return !(Object.is(x, y) || x === y || Math.abs(x - y) <= 1e-6 * (Math.abs(y) + 1e-30));
    });
    expect(wrong, `${got!.data[wrong]} for ${single[wrong]}`).toBe(-1);
  });

  it.each([
    ["exp", -104, 88.7, 3e-7, 1e-44],
    ["log", 1e-39, 100, 3e-7, 1e-7],
    ["tanh", -10, 10, 0, 4e-7],
    ["sigmoid", -30, 30, 3e-7, 1e-30],
    ["softplus", -80, 80, 4e-7, 1e-37],
    ["erf", -5, 5, 0, 4e-7],
  ] as const)("%s is precise from %d to %d", (name, low, high, relative, absolute) => {
    const count = 20_001;
    const data = Float64Array.from({ length: count }, (_, i) =>
      Math.fround(low + ((high - low) * i) / (count - 1)),
    );
    const a = { shape: [count], data };
    const wanted = computed(reference, applied(name), { a }).data;
    for (const [build, engine] of Object.entries(builds)) {
      const got = computed(engine, applied(name), { a }).data;
      const wrong = [...got].findIndex((x, at) => {
        const y = wanted[at] ?? NaN;
        return !(Math.abs(x - y) <= relative * Math.abs(y) + absolute);
      });
      expect(wrong, `${build} ${name}(${data[wrong]}) = ${got[wrong]} for ${wanted[wrong]}`).toBe(-1);
    }
  });

  it("powers: any base and exponent, and constant exponents of negative bases", () => {
    const number = fc.double({ min: -8, max: 8, noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(number, number, fc.integer({ min: -9, max: 9 }), (a, b, n) => {
        const exact = [a ** b, a ** n, Math.abs(a) ** 0.5];
        const array = (x: number): Numbers => ({ shape: [1], data: Float64Array.of(x) });
        const got = [
          computed(arena, parse("pow(a, b)"), { a: array(a), b: array(b) }),
          computed(
            arena,
            { kind: "apply", function: "pow", arguments: [input("a"), { kind: "constant", value: n }] },
            { a: array(a) },
          ),
          computed(arena, parse("abs(a)^0.5"), { a: array(a) }),
        ].map(({ data }) => data[0] ?? NaN);
        got.forEach((x, at) => {
          const y = Math.fround(exact[at] ?? NaN);
          const near = Object.is(x, y) || x === y || Math.abs(x - y) <= 1e-6 * Math.abs(y) + 1e-37;
          expect(near || Math.abs(y) > 1e37, `${a} ^ ${at === 0 ? b : n}: ${x} for ${y}`).toBe(true);
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe("expressions", () => {
  const texts = [
    "soft(x - y*z, w)",
    "x + y",
    "select(x < y, z, w)",
    "x*y + z*w - x",
    "exp(-abs(x))*y + tanh(z)",
    "max(x, min(y, z)) + 2*w",
    "x",
    "3",
    "y*(w + 1)/(2 + square(z)) + pow(x, 3)",
  ];

  it("of arrays that align, whatever repeats", () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(...texts), fc.nat(), (aligned, text, seed) => {
        const inputs = Object.fromEntries(
          aligned.map((shape, at) => [["x", "y", "z", "w"][at] ?? "", scattered(shape, seed + at)]),
        );
        agree(parse(text), inputs);
      }),
      { numRuns: 400 },
    );
  });

  it("several at once, each of the shape that all inputs share, some reading results before them", () => {
    const text = fc.constantFrom(...texts);
    fc.assert(
      fc.property(shapes, text, text, fc.nat(), (aligned, first, third, seed) => {
        const inputs = Object.fromEntries(
          aligned.map((shape, at) => [["x", "y", "z", "w"][at] ?? "", scattered(shape, seed + at)]),
        );
        const results = { first, second: "2*first - y", third, fourth: "first" };
        const before = store.memory();
        const wanted = computedAll(reference, results, inputs);
        computedAll(arena, results, inputs).forEach((got, at) => {
          expect(deviation(got, wanted[at]!), JSON.stringify({ results, aligned })).toBeLessThan(3e-6);
        });
        expect(store.memory()).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  it("soft by thresholds of rows, of either sign, and none", () => {
    const special = fc.constantFrom(NaN, Infinity, -Infinity, 0, 0.5, -0.5);
    fc.assert(
      fc.property(
        fc.array(special, { minLength: 4, maxLength: 4 }),
        fc.array(special, { minLength: 28, maxLength: 28 }),
        (thresholds, entries) => {
          const x = { shape: [4, 7], data: Float64Array.from(entries) };
          const t = { shape: [4, 1], data: Float64Array.from(thresholds) };
          agree(parse("soft(x, t)"), { x, t });
        },
      ),
    );
  });

  it("quotients by a number or one a row are as near as any, at the ends of single precision too", () => {
    const entries = [NaN, Infinity, -Infinity, 0, 1.5, -1e20, 3e-20, 3e38, 1e-39].map(Math.fround);
    const x = { shape: [1, entries.length], data: Float64Array.from(entries) };
    for (const divisor of [...entries, -0, 2 ** -126, 2 ** 126, 2 ** 127, 3, -0.7].map(Math.fround)) {
      for (const shape of [[1], [1, 1]]) {
        const { data } = computed(arena, parse("x/d"), { x, d: { shape, data: Float64Array.of(divisor) } });
        for (const [at, entry] of entries.entries()) {
          const [got, wanted] = [data[at] ?? NaN, Math.fround(entry / divisor)];
          const isNear = Math.abs(got - wanted) <= 2.5e-7 * Math.abs(wanted) + 3e-45;
          expect(Object.is(got, wanted) || got === wanted || isNear, `${entry}/${divisor}: ${got}`).toBe(
            true,
          );
        }
      }
    }
  });

  it("of large arrays, cut into items of rows and of parts of rows", () => {
    const cases = [
      [[70_001], [1]],
      [
        [3, 40_003],
        [3, 1],
      ],
      [[40_003, 3], [3]],
      [
        [40_003, 2],
        [40_003, 1],
      ],
      [
        [5, 20_001, 2],
        [5, 1, 2],
      ],
      [
        [7, 61, 67, 3],
        [7, 1, 1, 3],
      ],
      [
        [101, 7, 103],
        [7, 1],
      ],
    ];
    for (const [shape = [], other = []] of cases) {
      agree(parse("soft(x - y, 0.3)"), { x: scattered(shape, 1), y: scattered(other, 2) });
      expect(sizeOf(shape)).toBeGreaterThan(65536);
    }
  });

  it("computes what occurs twice once, and one kernel serves all constants", () => {
    const binaries: number[] = [];
    const machine = createMachine("wasm");
    const counting = createStore({
      ...machine,
      generate: (name, binary, of) => {
        binaries.push(binary.length);
        return machine.generate(name, binary, of);
      },
    });
    const engine = { ...counting, ...elementwiseOf(counting) };
    const x = { shape: [9], data: Float64Array.from({ length: 9 }, (_, i) => i / 4) };
    const run = (text: string): number => computed(engine, parse(text), { x }).data[8] ?? NaN;
    expect(run("exp(x)*2 + exp(x)")).toBeCloseTo(3 * Math.exp(2), 4);
    expect(run("exp(x)*5 + exp(x)")).toBeCloseTo(6 * Math.exp(2), 4);
    expect(binaries.length).toBe(1);
    run("exp(x)*2 + exp(2*x)");
    expect(binaries[1]).toBeGreaterThan(binaries[0] ?? 0);
  });
});

it("threads give the same", () => {
  const threaded = createStore(
    createMachine("wasm", { threads: (memory) => createThreads("wasm", memory, 3) }),
  );
  const engine = { ...threaded, ...elementwiseOf(threaded) };
  const inputs = { x: scattered([301, 1003], 1), y: scattered([301, 1], 2), z: scattered([1003], 3) };
  for (const text of ["soft(x - y*z, 0.2)", "exp(x)*tanh(y) + z"]) {
    expect(computed(engine, parse(text), inputs)).toEqual(computed(arena, parse(text), inputs));
  }
});

it("refuses what has no meaning", () => {
  const x = arena.upload(new Float32Array(3), [3]);
  const y = arena.upload(new Float32Array(2), [2]);
  expect(() => arena.elementwise(parse("x + y"), { x, y })).toThrow(EngineError);
  expect(() => arena.elementwise(parse("x + z"), { x })).toThrow(/no input z/);
  expect(() => arena.elementwise(parse("imaginary(x)"), { x })).toThrow(/real numbers only/);
  arena.dispose([x, y]);
});
