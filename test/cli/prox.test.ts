import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, filled, fine, npy, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const SAMPLES = 4;
const n = 7;
const point = (i: number): number => 2.5 * Math.sin(3 * i + 1) + (i % 3);
const x = npy(folder, "x.npy", filled([SAMPLES, n], point));

type Point = readonly number[];

interface Case {
  /** members of the program that declare g */
  readonly members: string;
  readonly map: string;
  /** the function whose prox with step 1 the map is */
  readonly value: (z: Point) => number;
  /** brings a point to where the function is finite */
  readonly feasible: (z: Point) => Point;
}

const sum = (z: Point): number => z.reduce((total, entry) => total + entry, 0);
const norm1 = (z: Point): number => sum(z.map(Math.abs));
const anywhere = (z: Point): Point => z;
const within =
  (low: number, high: number) =>
  (z: Point): Point =>
    z.map((entry) => Math.min(Math.max(entry, low), high));
const huber = (z: Point, d: number): number =>
  sum(z.map((entry) => (Math.abs(entry) <= d ? entry ** 2 / 2 : d * Math.abs(entry) - d ** 2 / 2)));

const CASES: Readonly<Record<string, Case>> = {
  "the largest modulus": {
    members: "",
    map: "prox(0.8*norm_inf)",
    value: (z) => 0.8 * Math.max(...z.map(Math.abs)),
    feasible: anywhere,
  },
  "the largest modulus, where all becomes 0": {
    members: "",
    map: "prox(100*norm_inf)",
    value: (z) => 100 * Math.max(...z.map(Math.abs)),
    feasible: anywhere,
  },
  "its conjugate: the ball of norm1": {
    members: "",
    map: "prox(0.8*conjugate(norm_inf))",
    value: () => 0,
    feasible: (z) => z.map((entry) => entry / Math.max(1, norm1(z))),
  },
  "the simplex": {
    members: "",
    map: "proj(simplex)",
    value: () => 0,
    feasible: (z) => z.map((entry) => Math.abs(entry) / norm1(z)),
  },
  "the indicator of the simplex": {
    members: "",
    map: "prox(3*indicator(simplex))",
    value: () => 0,
    feasible: (z) => z.map((entry) => Math.abs(entry) / norm1(z)),
  },
  "a nonnegative LASSO": {
    members: "fun g(z : R[n]) = 0.7*norm1(z) + indicator(nonnegative)(z)",
    map: "prox(g)",
    value: (z) => 0.7 * norm1(z),
    feasible: within(0, Infinity),
  },
  "an elastic net with a linear term in a box away from 0": {
    members: `given c : R[n]
  fun g(z : R[n]) = 0.3*norm1(z) + 2*norm2sq(z - y) + dot(c, z) + indicator(box(0.25, 1.5))(z)`,
    map: "prox(g)",
    value: (z) => 0.3 * norm1(z) + sum(z.map((entry, i) => 0.1 * i * entry)),
    feasible: within(0.25, 1.5),
  },
  "huber in a box of 2 z": {
    members: "fun g(z : R[n]) = huber(delta = 0.5)(z) + indicator(box(-1, 0.5))(2*z)",
    map: "prox(g)",
    value: (z) => huber(z, 0.5),
    feasible: within(-0.5, 0.25),
  },
};

describe("a prox is the minimiser of what it says", () => {
  it.each(Object.entries(CASES))("%s", async (name, { members, map, value, feasible }) => {
    const text = `program nearest[n] {\n  input y : R[n]\n  ${members}\n  output ${map}(y)\n}\n`;
    const at = join(folder, "z.npy");
    const c = npy(
      folder,
      "c.npy",
      filled([n], (i) => 0.1 * i),
    );
    const bound = members.includes("given c") ? ["--bind", `c=array("${c}")`] : [];
    const program = file(folder, "nearest.ipx", text);
    await fine(
      "run",
      program,
      ...bound,
      "--batch",
      "--input",
      `y=${x}`,
      "--output",
      `output=${at}`,
      "--engine",
      "reference",
    );
    const found = Array.from(readNpy(readFileSync(at)).data);
    const squares = members.includes("norm2sq(z - y)") ? 2 : 0;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const centre = Array.from({ length: n }, (_, i) => point(sample * n + i));
      const z = found.slice(sample * n, (sample + 1) * n);
      const from = (a: Point, b: Point): number => sum(a.map((entry, i) => (entry - (b[i] ?? 0)) ** 2));
      const total = (w: Point): number => value(w) + (0.5 + squares) * from(w, centre);
      expect(from(z, feasible(z)), name).toBeLessThan(1e-18);
      // strong convexity: no other point comes closer to the least value than by the square of its distance
      fc.assert(
        fc.property(
          fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: n, maxLength: n }),
          fc.constantFrom(1, 1e-2, 1e-4),
          (direction, size) => {
            const w = feasible(z.map((entry, i) => entry + size * (direction[i] ?? 0)));
            fc.pre(w.every(Number.isFinite));
            expect(total(w) - total(z) - (0.5 + squares) * from(w, z)).toBeGreaterThan(-1e-9);
          },
        ),
      );
    }
  });
});
