import { readFileSync } from "node:fs";
import { z } from "zod";

const numbers = z.array(z.number());

function fixture<T>(name: string, schema: z.ZodType<T>): T {
  const text = readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8");
  return schema.parse(JSON.parse(text));
}

/** What test/fixtures/make_fista.py computed. */
export const LASSO = fixture(
  "fista",
  z.object({
    seed: z.number(),
    rows: z.number(),
    columns: z.number(),
    samples: z.number(),
    normSquare: z.number(),
    weights: z.array(numbers),
    cases: z.array(z.object({ lambda: z.number(), nmse: numbers, minimum: numbers })),
  }),
);

/** What test/fixtures/make_reconstructions.py computed. */
export const RECONSTRUCTIONS = fixture(
  "reconstructions",
  z.object({
    tv: z.object({ lambda: z.number(), image: numbers, denoised: numbers, minimum: z.number() }),
    nnls: z.object({
      rows: z.number(),
      columns: z.number(),
      A: numbers,
      y: numbers,
      x: numbers,
      minimum: z.number(),
      alpha: z.number(),
      tikhonov: numbers,
    }),
  }),
);

const system = z.object({ shape: numbers, A: numbers, y: numbers, x: numbers });

/** What test/fixtures/make_solves.py computed. */
export const SOLVES = fixture(
  "solves",
  z.object({
    shape: numbers,
    kernel: numbers,
    blurred: numbers,
    alpha: z.number(),
    tikhonov: numbers,
    tv: z.object({ lambda: z.number(), x: numbers, minimum: z.number() }),
    wide: system,
    high: system,
    tsvd: z.object({ rank: z.number(), x: numbers }),
  }),
);
