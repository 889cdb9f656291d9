import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { hostArray } from "../../runtime/io/hostArray.ts";
import { evaluated } from "../laws/lab/evaluate.ts";

const numbers = z.array(z.number());
/** What test/fixtures/make_proxes.py computed. */
const FIXTURES = z
  .object({
    nuclear: z.array(
      z.object({
        name: z.string(),
        shape: numbers,
        complex: z.boolean(),
        step: z.number(),
        x: numbers,
        norm: z.number(),
        prox: numbers,
      }),
    ),
    sets: z.array(z.object({ set: z.string(), x: numbers, nearest: numbers })),
    functions: z.array(
      z.object({ function: z.string(), step: z.number(), x: numbers, y: numbers, prox: numbers }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../fixtures/proxes.json", import.meta.url), "utf8")));

const ENGINES = [
  ["reference", 1e-10],
  ["wasm", 1e-5],
] as const;

describe.each(ENGINES)("on the engine %s", (engine, tolerance) => {
  // SLSQP itself is right to about 1e-7
  const close = (found: readonly number[] | undefined, expected: readonly number[], least = 0): void => {
    const size = Math.max(...expected.map(Math.abs));
    expect(found?.length).toBe(expected.length);
    found?.forEach((entry, at) => {
      expect(Math.abs(entry - (expected[at] ?? Number.NaN))).toBeLessThan(Math.max(tolerance, least) * size);
    });
  };

  it.each(FIXTURES.nuclear.map((of) => [of.name, of] as const))(
    "nuclear norms are those of NumPy: %s",
    async (_name, { shape, complex, step, x, norm, prox }) => {
      const space = `${complex ? "C" : "R"}[${shape.join(", ")}]`;
      const text = `program p {\n  input x : ${space}\n  output (nuclear_norm(x), prox(${step}*nuclear_norm)(x))\n}`;
      // a batch of the matrix and twice it
      const data = Float64Array.from([...x, ...x.map((entry) => 2 * entry)]);
      const input = hostArray(complex ? "complex" : "real", [2, ...shape], data);
      const [values = [], near = []] = await evaluated(text, { x: input }, {}, engine);
      close(values, [norm, 2 * norm]);
      close(near.slice(0, prox.length), prox);
    },
  );

  it.each(FIXTURES.sets.map((of) => [of.set, of] as const))(
    "projections are those of SciPy: %s",
    async (set, { x, nearest }) => {
      const text = `program p[n] {\n  input x : R[n]\n  output proj(${set})(x)\n}`;
      const [near] = await evaluated(
        text,
        { x: hostArray("real", [1, x.length], Float64Array.from(x)) },
        {},
        engine,
      );
      close(near, nearest, 1e-6);
    },
  );

  it.each(FIXTURES.functions.map((of) => [of.function, of] as const))(
    "proxes are those of PyProximal and SciPy: %s",
    async (text, { step, x, y, prox }) => {
      const space = text === "norm21" ? "R[4, 2]" : "R[8]";
      const shape = text === "norm21" ? [4, 2] : [8];
      const interval = text.startsWith("kullback") ? " in [0, inf)" : "";
      const program = text.includes("(y")
        ? `program p {\n  input x : ${space}\n  given y : ${space}${interval}\n  output prox(${step}*${text})(x)\n}`
        : `program p {\n  input x : ${space}\n  output prox(${step}*${text})(x)\n}`;
      const givens = text.includes("(y") ? { y: hostArray("real", shape, Float64Array.from(y)) } : {};
      const input = hostArray("real", [1, ...shape], Float64Array.from(x));
      const [near] = await evaluated(program, { x: input }, givens, engine);
      close(near, prox, 1e-9);
    },
  );
});
