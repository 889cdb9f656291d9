import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import type { Engine, Handle } from "../../engine/engine.ts";
import { geometryFault, type ProjectionGeometry } from "../../engine/projection.ts";
import { sizeOf } from "../../engine/shape.ts";
import { defineOperator } from "../define.ts";
import { samplesOf } from "../handles.ts";
import { nonnegativeNorm } from "../nonnegativeNorm.ts";
import type { Operator } from "../operator.ts";
import { OperatorError } from "../operatorError.ts";
import { viewAccess } from "./projectionRows.ts";
import { arraySpace, type ArraySpace } from "../spaces.ts";

/**
 * The X-ray transform of the images of R[h, w, r], one for each index of r, along the lines of one geometry for all
 * samples, or of one for each. Norm: proved.
 * @throws OperatorError IPX8202 where lines do not lie as they should
 */
export function projections(
  operations: Operations,
  text: string,
  domain: ArraySpace,
  geometries: readonly ProjectionGeometry[],
): Operator {
  const [height = 0, width = 0, ...rest] = domain.shape;
  const [first] = geometries;
  if (first === undefined) throw new RangeError("an X-ray transform without lines");
  for (const geometry of geometries) {
    const why = geometryFault(geometry, [height, width]);
    if (why !== null) throw new OperatorError("IPX8202", { what: `\`${text}\` cannot be: ${why}.` });
  }
  const codomain = arraySpace("real", [first.angles.length, first.detectors, ...rest]);
  const image = [height, width] as const;
  const transform =
    (adjoint: boolean, { shape }: ArraySpace) =>
    ({ engine }: Operations, value: Value): Value => {
      const x = repeated(engine, asArray(text, value), geometries.length);
      const images = asImages(engine, x);
      const parts = geometries.map((geometry, sample) =>
        engine.project(sampleOf(engine, images, sample, geometries.length), { geometry, image, adjoint }),
      );
      const [only] = parts;
      return fromImages(
        engine,
        x,
        only !== undefined && parts.length === 1 ? only : engine.concat(parts, 0),
        shape,
      );
    };
  const operator: Operator = defineOperator({
    text,
    domain,
    codomain,
    geometries,
    norm: () => nonnegativeNorm(operations, operator),
    norms: () =>
      geometries.length === 1
        ? null
        : geometries.map((geometry) => projections(operations, text, domain, [geometry]).norm.value),
    properties: () => ["nonnegative"],
    rows: viewAccess(
      () => operator,
      geometries,
      (chosen) => projections(operations, `${text}[J]`, domain, chosen),
    ),
    apply: transform(false, codomain),
    adjoint: transform(true, domain),
  });
  return operator;
}

/** The value, once for each geometry where there are several. */
function repeated(engine: Engine, x: ArrayValue, samples: number): ArrayValue {
  if (samples === 1 || x.batch !== null) return x;
  return { ...x, batch: samples, handle: engine.broadcast(x.handle, [samples, ...x.shape]) };
}

/** [samples and indices behind the first two axes, first axis, second axis] */
function asImages(engine: Engine, x: ArrayValue): Handle {
  const [rows = 0, columns = 0, ...rest] = x.shape;
  const [samples, inner] = [samplesOf(x), sizeOf(rest)];
  const wide = engine.reshape(x.handle, [samples, rows, columns, inner]);
  const apart = inner === 1 ? wide : engine.transpose(wide, [0, 3, 1, 2]);
  return engine.reshape(apart, [samples * inner, rows, columns]);
}

/** The images of one sample of so many. */
function sampleOf(engine: Engine, images: Handle, sample: number, samples: number): Handle {
  if (samples === 1) return images;
  const [all = 0, rows = 0, columns = 0] = images.shape;
  const each = all / samples;
  return engine.slice(images, [sample * each, 0, 0], [each, rows, columns]);
}

/** The inverse of `asImages`, for images of other sizes. */
function fromImages(engine: Engine, x: ArrayValue, images: Handle, shape: readonly number[]): ArrayValue {
  const [rows = 0, columns = 0, ...rest] = shape;
  const [samples, inner] = [samplesOf(x), sizeOf(rest)];
  const apart = engine.reshape(images, [samples, inner, rows, columns]);
  const wide = inner === 1 ? apart : engine.transpose(apart, [0, 2, 3, 1]);
  return { ...x, shape, handle: engine.reshape(wide, x.batch === null ? shape : [samples, ...shape]) };
}
