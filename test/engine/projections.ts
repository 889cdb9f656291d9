import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Engine, EngineError, type Handle } from "../../runtime/engine/engine.ts";
import type { ProjectionGeometry, ProjectionOptions } from "../../runtime/engine/projection.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";
import { deviation, type Numbers, scattered } from "./support.ts";

/** What these tests need of an engine. */
export type Projector = Pick<Engine, "upload" | "readNow" | "dispose" | "memory" | "project">;

const exact = referenceEngine();

function projected(engine: Projector, x: Numbers, options: ProjectionOptions): Numbers {
  const handle = engine.upload(x.data, x.shape);
  const result = engine.project(handle, options);
  const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
  expect(
    engine.readNow(handle)?.every((value, i) => Object.is(value, x.data[i])),
    "the argument is untouched",
  ).toBe(true);
  engine.dispose([handle, result]);
  return numbers;
}

const inner = (a: Numbers, b: Numbers): number =>
  a.data.reduce((sum, value, i) => sum + value * (b.data[i] ?? NaN), 0);

/** Angles of all quadrants, among them those whose lines lie along rows, columns and diagonals. */
const angle = fc.oneof(
  fc.double({ min: -7, max: 7, noNaN: true }),
  fc.integer({ min: -8, max: 8 }).map((eighth) => (eighth * Math.PI) / 4),
);

interface Case {
  readonly images: number;
  readonly image: readonly [number, number];
  readonly geometry: ProjectionGeometry;
  readonly seed: number;
}

const projectionCase: fc.Arbitrary<Case> = fc
  .record({
    images: fc.integer({ min: 1, max: 3 }),
    image: fc.tuple(fc.integer({ min: 1, max: 41 }), fc.integer({ min: 1, max: 41 })),
    angles: fc.array(angle, { minLength: 1, maxLength: 5 }),
    detectors: fc.integer({ min: 1, max: 70 }),
    spacing: fc.constantFrom(0.23, 0.5, 0.98917, 1, 1.3, 4),
    away: fc.oneof(fc.constant(null), fc.double({ min: 1.01, max: 40, noNaN: true })),
    detector: fc.constantFrom(0, 20, 100),
    seed: fc.nat(),
  })
  .map(({ images, image, angles, detectors, spacing, away, detector, seed }) => {
    const fan = away === null ? null : { source: (Math.hypot(...image) / 2 + 1) * away, detector };
    return { images, image, seed, geometry: { angles, detectors, spacing, fan } };
  });

/** Declares the tests that the X-ray transform of an engine is as defined. */
export function projectionsAgreeWithReference(make: () => Projector): void {
  describe("project", () => {
    it("walks all lines as defined, in parallel and fan beams, and so does its adjoint", () => {
      fc.assert(
        fc.property(projectionCase, ({ images, image, geometry, seed }) => {
          for (const adjoint of [false, true]) {
            const options = { geometry, image, adjoint };
            const domain = adjoint ? [geometry.angles.length, geometry.detectors] : image;
            const x = scattered([images, ...domain], seed);
            const [got, wanted] = [projected(make(), x, options), projected(exact, x, options)];
            expect(deviation(got, wanted)).toBeLessThan(2e-5);
          }
        }),
        { numRuns: 200 },
      );
    });

    it("has an adjoint at sizes that no register divides, and where lines are wider than an item", () => {
      const sizes = [
        { image: [127, 93], views: 17, detectors: 181, fan: null },
        { image: [65, 130], views: 9, detectors: 1301, fan: null },
        { image: [101, 99], views: 23, detectors: 211, fan: { source: 120, detector: 90 } },
      ] as const;
      for (const { image, views, detectors, fan } of sizes) {
        const angles = Array.from({ length: views }, (_, view) => (2 * Math.PI * view) / views);
        const geometry = { angles, detectors, spacing: detectors > 1000 ? 0.15 : 1, fan };
        const x = scattered([2, ...image], 3);
        const y = scattered([2, views, detectors], 4);
        const there = projected(make(), x, { geometry, image, adjoint: false });
        const back = projected(make(), y, { geometry, image, adjoint: true });
        const scale = Math.sqrt(inner(there, there) * inner(y, y));
        expect(Math.abs(inner(there, y) - inner(x, back)) / scale).toBeLessThan(1e-6);
        const wanted = projected(exact, x, { geometry, image, adjoint: false });
        expect(deviation(there, wanted)).toBeLessThan(1e-4);
      }
    });

    it("makes zeros of nothing, and nothing of no images", () => {
      const geometry = { angles: [0.3], detectors: 4, spacing: 1, fan: null };
      const image = [3, 5] as const;
      const none = projected(make(), scattered([0, 3, 5], 1), { geometry, image, adjoint: false });
      expect(none.shape).toEqual([0, 1, 4]);
      const blind = { ...geometry, angles: [] };
      const dark = projected(make(), scattered([2, 0, 4], 1), { geometry: blind, image, adjoint: true });
      expect(dark).toEqual({ shape: [2, 3, 5], data: new Float64Array(30) });
    });

    it("refuses other shapes, sources inside of the image and lines that lie nowhere", () => {
      const geometry = { angles: [0], detectors: 4, spacing: 1, fan: null };
      const refused = (shape: readonly number[], changed: Partial<ProjectionGeometry>): (() => Handle) => {
        const engine = make();
        const x = engine.upload(new Float32Array(sizeOf(shape)), shape);
        return () => {
          try {
            return engine.project(x, {
              geometry: { ...geometry, ...changed },
              image: [6, 8],
              adjoint: false,
            });
          } finally {
            engine.dispose([x]);
          }
        };
      };
      expect(refused([6, 8], {})).toThrow(EngineError);
      expect(refused([1, 8, 6], {})).toThrow(/not \[images, 6, 8\]/);
      expect(refused([1, 6, 8], { fan: { source: 5, detector: 5 } })).toThrow(
        /outside of the image: 6 or more/,
      );
      expect(refused([1, 6, 8], { fan: { source: 9, detector: -1 } })).toThrow(/no distance/);
      expect(refused([1, 6, 8], { angles: [NaN] })).toThrow(/no finite number/);
      expect(refused([1, 6, 8], { spacing: 0 })).toThrow(/no spacing/);
      expect(refused([1, 6, 8], { detectors: 0 })).toThrow(/no number of detector cells/);
    });
  });
}
