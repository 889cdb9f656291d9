import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  ELEMENTWISE,
  type ElementwiseExpression,
  type ElementwiseFunction,
} from "../../runtime/arrays/expression.ts";
import { parse, parseAll } from "../../runtime/arrays/parse.ts";
import { arenaEngine } from "../../runtime/engine/arena.ts";
import type { Ending, Engine, Handle } from "../../runtime/engine/engine.ts";
import type { CompiledKernels } from "../../runtime/engine/node/compiledKernels.ts";
import { compilerFile } from "../../runtime/engine/node/compiler.ts";
import { elementwiseReport } from "../../runtime/engine/node/elementwiseReport.ts";
import { nativeEquipment } from "../../runtime/engine/node/equipment.ts";
import { cacheFolder } from "../../runtime/engine/node/nativeKernels.ts";
import { type PairsCase, pairsCase, pairsOf } from "./complexPairs.ts";
import { computed, type WithinCase, withinCase } from "./differencesWithin.ts";
import { type Numbers, scattered } from "./support.ts";

interface Subject {
  readonly engine: Engine;
  readonly kernels: CompiledKernels | null;
}

/** An engine of its own, and what compiles its kernels, if they can be compiled. */
function subject(): Subject {
  const found: CompiledKernels[] = [];
  const engine = arenaEngine(
    "native",
    nativeEquipment((kernels) => found.push(kernels)),
  );
  return { engine, kernels: found[0] ?? null };
}

interface Asked {
  readonly expression: ElementwiseExpression;
  readonly inputs: Readonly<Record<string, Numbers>>;
}

const asked = (text: string, inputs: Asked["inputs"]): Asked => ({ expression: parse(text), inputs });

interface Ended {
  readonly texts: Readonly<Record<string, string>>;
  readonly endings: Readonly<Record<string, Ending>>;
  readonly inputs: Readonly<Record<string, Numbers>>;
}

function reducedOf(engine: Engine, { texts, endings, inputs }: Ended): readonly Numbers[] {
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

function resultOf(engine: Engine, { expression, inputs }: Asked): Numbers {
  const handles: Record<string, Handle> = {};
  for (const [name, { data, shape }] of Object.entries(inputs)) handles[name] = engine.upload(data, shape);
  const result = engine.elementwise(expression, handles);
  const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
  engine.dispose([result, ...Object.values(handles)]);
  return numbers;
}

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2.5, -2.5, 1e-40, 3e38, -3e38].map(Math.fround);
const NAMES = ["a", "b", "c"];

/** Each function of all pairs and triples of special numbers, and of rows by numbers and numbers by rows. */
const functionCases: readonly Asked[] = (Object.keys(ELEMENTWISE) as ElementwiseFunction[])
  .filter((name) => name !== "complex" && name !== "imaginary" && name !== "pairNorm")
  .flatMap((name) => {
    const names = NAMES.slice(0, ELEMENTWISE[name].arguments);
    const parts = names.map((text): ElementwiseExpression => ({ kind: "input", name: text }));
    const side = names.map(() => SPECIAL.length);
    const expression: ElementwiseExpression = { kind: "apply", function: name, arguments: parts };
    const repeated = names.map((_, axis) => side.map((n, at) => (at === axis ? n : 1)));
    return [
      { expression, inputs: inputsOf(names, repeated, SPECIAL) },
      {
        expression,
        inputs: inputsOf(
          names,
          names.map(() => [700]),
          SPECIAL,
        ),
      },
    ];
  });

function inputsOf(
  names: readonly string[],
  shapes: readonly (readonly number[])[],
  numbers: readonly number[],
): Asked["inputs"] {
  const each = shapes.map((shape, at): Numbers => {
    const size = shape.reduce((all, extent) => all * extent, 1);
    const data = Float64Array.from(
      { length: size },
      (_, i) => numbers[(i * (at + 1) + at) % numbers.length] ?? 0,
    );
    return { shape, data };
  });
  return Object.fromEntries(
    names.map((name, at) => [name, each[at] ?? { shape: [], data: new Float64Array(1) }]),
  );
}

const TEXTS = [
  "soft(x - y*z, w)",
  "select(x < y, z, w)",
  "exp(-abs(x))*y + tanh(z)",
  "max(x, min(y, z)) + 2*w",
  "3",
  "y*(w + 1)/(2 + square(z)) + pow(x, 3)",
];

/** Arrays that align, empty and odd ones, with last axes of 2 often; what repeats is left to chance. */
const alignedCase: fc.Arbitrary<Asked> = fc
  .record({
    shape: fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(8, 19, 35)), { maxLength: 4 }),
    pairs: fc.boolean(),
    ones: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
    text: fc.constantFrom(...TEXTS),
    seed: fc.nat(),
  })
  .map(({ shape, pairs, ones, text, seed }) => {
    const whole = pairs ? [...shape, 2] : shape;
    const inputs = ["x", "y", "z", "w"].map((name, which): [string, Numbers] => [
      name,
      scattered(which === 0 ? whole : whole.map((n, axis) => (ones[5 * which + axis] ? 1 : n)), seed + which),
    ]);
    return asked(text, Object.fromEntries(inputs));
  });

const large: readonly Asked[] = [
  asked("soft(x - y, t)", {
    x: scattered([7, 61, 67, 3], 1),
    y: scattered([7, 1, 1, 3], 2),
    t: scattered([1], 3),
  }),
  asked("soft(x - y, t)", {
    x: scattered([5, 20_001, 2], 1),
    y: scattered([5, 1, 2], 2),
    t: scattered([5, 1, 1], 3),
  }),
  asked("pairNorm(x)*y", { x: scattered([3, 40_003, 2], 1), y: scattered([3, 1, 1], 2) }),
];

/** Kernels that join results: along rows, over them, or both; pairs, rows that are cut, NaN and infinities. */
const ended: readonly Ended[] = [
  ...[[64, 500], [3, 4099], [301, 17], [2, 37, 41, 2], [70_001]].flatMap((shape): readonly Ended[] => {
    const x = scattered(shape, 1);
    const rank = shape.length;
    const inner = shape.map((_, axis) => axis).slice(rank > 1 ? 1 : 0);
    const inputs = { x, y: scattered(shape.with(0, 1), 2), z: scattered(shape, 3) };
    const holes = {
      ...inputs,
      z: { shape, data: x.data.map((each, i) => (i % 97 === 5 ? each / 0 : each)) },
    };
    return [inputs, holes].flatMap((given) => [
      {
        texts: { r: "soft(x - y*z, 0.3)", s: "r*z" },
        endings: { s: { by: "sum", axes: inner } },
        inputs: given,
      },
      { texts: { s: "exp(x)*y*z" }, endings: { s: { by: "sum", axes: [0] } }, inputs: given },
      {
        texts: { r: "x*z", s: "abs(r)", t: "r + y" },
        endings: { s: { by: "max", axes: inner }, t: { by: "min", axes: [0] } },
        inputs: given,
      },
    ]);
  }),
  {
    texts: { s: "pairNorm(x)*y" },
    endings: { s: { by: "sum", axes: [1, 2] } },
    inputs: { x: scattered([3, 4003, 2], 1), y: scattered([3, 1, 1], 2) },
  },
];

const [DUAL, W] = ["(u + v*d)/max(1, pairNorm(u + v*d)/w) + 0*e", 4099];

/** Differences, of small arrays along any axes and of large ones, NaN and infinities among them. */
function differenceCases(): readonly WithinCase[] {
  const drawn = fc.sample(withinCase, { numRuns: 60, seed: 3 });
  const edges = (["neumann", "periodic", "zero"] as const).flatMap((boundary): readonly WithinCase[] => {
    const forward = { axes: [0, 1], at: 2, boundary, adjoint: false };
    const x = scattered([37, W], 3);
    x.data.set([NaN, Infinity, -Infinity], 5 * W - 1);
    const [p, number] = [scattered([37, W, 2], 4), scattered([1], 1)];
    p.data.set([NaN, Infinity], 2 * W);
    return [
      { text: DUAL, options: forward, arrays: [x, x, p, number, number] },
      { text: "u - v*d + w + e", options: { ...forward, adjoint: true }, arrays: [p, p, x, number, number] },
    ];
  });
  return [...drawn, ...edges];
}

/** Complex expressions, of small arrays and of large ones with infinities and NaN. */
function complexCases(): readonly PairsCase[] {
  const a = scattered([37, W, 2], 5);
  a.data.set([NaN, Infinity, -Infinity], 2 * W - 1);
  const arrays = [a, scattered([37, 1, 2], 6), scattered([W], 7)] as const;
  const texts = ["conj(a)*b + r", "soft(a - b, abs(r))", "abs(a)*r", "imaginary(r)"];
  return [...fc.sample(pairsCase, { numRuns: 40, seed: 4 }), ...texts.map((text) => ({ text, arrays }))];
}

function pairsResult(engine: Engine, { text, arrays }: PairsCase): Numbers {
  const handles = arrays.map(({ data, shape }) => engine.upload(data, shape));
  const result = pairsOf(engine, text, handles);
  const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
  engine.dispose([result, ...handles]);
  return numbers;
}

/** Declares the tests of elementwise kernels as C, on native kernels that have been built. */
export function elementwiseKernelsAsC(): void {
  const cache = (): string => join(cacheFolder(), "native", "kernels");
  const simple = asked("exp(x)*y + soft(x, 0.5)", { x: scattered([301, 103], 1), y: scattered([301, 1], 2) });
  const only = (suffix: RegExp): string[] => readdirSync(cache()).filter((file) => suffix.test(file));
  /** Puts another file in the place of one, which this process may have loaded. */
  const replace = (file: string, content: string | Uint8Array): void => {
    writeFileSync(join(cache(), "beside"), content);
    renameSync(join(cache(), "beside"), join(cache(), file));
  };

  describe("elementwise kernels as C", () => {
    afterEach(() => rmSync(cache(), { recursive: true, force: true, maxRetries: 10 }));

    it("give the bits of those in WebAssembly, here and on threads", () => {
      const { engine, kernels } = subject();
      const cases = [...functionCases, ...fc.sample(alignedCase, { numRuns: 60, seed: 2 }), ...large];
      const within = differenceCases();
      const pairs = complexCases();
      const all = (): readonly (readonly Numbers[])[] => [
        ...cases.map((each) => [resultOf(engine, each)]),
        ...within.map((each) => computed(engine, each)),
        ...pairs.map((each) => [pairsResult(engine, each)]),
        ...ended.map((each) => reducedOf(engine, each)),
      ];
      const wanted = all();
      expect(kernels?.counts().compiled).toBe(0);
      expect(kernels?.finish()).toBe(null);
      const { compiled, written } = kernels?.counts() ?? { compiled: 0, written: 0 };
      expect(compiled).toBe(written);
      expect(compiled).toBeGreaterThan(100);
      const got = all();
      wanted.forEach((each, at) => {
        const others = [...within.map(({ text }) => text), ...pairs.map(({ text }) => text)];
        const beyond = at - cases.length;
        const text = others[beyond] ?? ended[beyond - others.length]?.texts;
        const where = JSON.stringify(cases[at] ?? text).slice(0, 300);
        expect(got[at], where).toEqual(each);
      });
      expect(kernels?.counts().written).toBe(written);
    }, 400_000);

    it("come by themselves where there is work for them, and are found by the next engine", async () => {
      const { engine, kernels } = subject();
      const wanted = resultOf(engine, simple);
      const end = performance.now() + 60_000;
      while (kernels?.counts().compiled === 0 && performance.now() < end) {
        for (let round = 0; round < 100; round++) resultOf(engine, simple);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(resultOf(engine, simple)).toEqual(wanted);
      expect(kernels?.counts()).toEqual({ compiled: 1, written: 1 });
      const next = subject();
      expect(resultOf(next.engine, simple)).toEqual(wanted);
      expect(next.kernels?.counts()).toEqual({ compiled: 1, written: 1 });
    }, 120_000);

    it("are not taken from a cache that is damaged, and made again", () => {
      const first = subject();
      const wanted = resultOf(first.engine, simple);
      expect(first.kernels?.finish()).toBe(null);
      const [object = ""] = only(/\.so$/u);
      const [key = ""] = only(/^[0-9a-f]{32}$/u);
      const whole = readFileSync(join(cache(), object));
      const nothing = Buffer.from("this is no object");
      const sum = createHash("sha256").update(nothing).digest("hex");
      const damages = [
        () => replace(object, whole.subarray(0, whole.length / 2)),
        () => replace(object, ""),
        () => replace(object, whole.toReversed()),
        () => rmSync(join(cache(), object)),
        () => replace(key, "../../elsewhere"),
        () => replace(key, ""),
      ];
      for (const damage of damages) {
        damage();
        const { engine, kernels } = subject();
        expect(resultOf(engine, simple)).toEqual(wanted);
        expect(kernels?.counts()).toEqual({ compiled: 0, written: 1 });
        expect(kernels?.finish()).toBe(null);
        expect(kernels?.counts()).toEqual({ compiled: 1, written: 1 });
        expect(resultOf(engine, simple)).toEqual(wanted);
      }
      replace(`${sum}.so`, nothing);
      replace(key, sum);
      const { engine, kernels } = subject();
      expect(resultOf(engine, simple)).toEqual(wanted);
      expect(kernels?.counts().compiled).toBe(0);
    });

    it("are not taken where they give other numbers", () => {
      const other = asked("exp(x)*y - soft(x, 0.5)", simple.inputs);
      const { engine, kernels } = subject();
      const wanted = resultOf(engine, simple);
      resultOf(engine, other);
      expect(kernels?.finish()).toBe(null);
      const [one = "", two = ""] = only(/^[0-9a-f]{32}$/u);
      const object = only(/\.so$/u)[0] ?? "";
      const swapped = readFileSync(join(cache(), object), "latin1")
        .replaceAll(one, "?".repeat(32))
        .replaceAll(two, one)
        .replaceAll("?".repeat(32), two);
      const sum = createHash("sha256").update(swapped, "latin1").digest("hex");
      replace(`${sum}.so`, Buffer.from(swapped, "latin1"));
      for (const key of [one, two]) replace(key, sum);
      const next = subject();
      expect(resultOf(next.engine, simple)).toEqual(wanted);
      expect(next.kernels?.counts()).toEqual({ compiled: 0, written: 1 });
    });

    it("are not looked for where others may write", () => {
      subject();
      chmodSync(cache(), 0o777);
      expect(subject().kernels).toBe(null);
      expect(resultOf(subject().engine, simple)).toEqual(resultOf(subject().engine, simple));
    });

    it("stay in WebAssembly where the compiler is gone, or fails, which is said", async () => {
      const file = compilerFile();
      const known = readFileSync(file, "utf8");
      const folder = mkdtempSync(join(tmpdir(), "ipc-compilers-"));
      try {
        expect(await elementwiseReport()).toMatch(/^elementwise as C, by /u);
        rmSync(cache(), { recursive: true });
        for (const [command, says] of [
          [join(folder, "none"), /none is gone/u],
          [process.execPath, /fails: /u],
        ] as const) {
          writeFileSync(file, JSON.stringify({ command, version: "1" }));
          const { engine, kernels } = subject();
          const wanted = resultOf(engine, simple);
          expect(kernels?.finish()).toMatch(/./u);
          expect(resultOf(engine, simple)).toEqual(wanted);
          expect(kernels?.counts()).toEqual({ compiled: 0, written: 1 });
          expect(await elementwiseReport()).toMatch(says);
        }
        for (const text of ["{", "[]", '{"command": 3}']) {
          writeFileSync(file, text);
          expect(subject().kernels).toBe(null);
          expect(await elementwiseReport()).toMatch(/`ipc setup native` again/u);
        }
      } finally {
        writeFileSync(file, known);
        rmSync(folder, { recursive: true });
      }
    });
  });
}
