import { arrayValue, asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import type { Engine, Handle } from "../../engine/engine.ts";
import type { ProjectionGeometry } from "../../engine/projection.ts";
import type { Operator } from "../operator.ts";
import { closedForm, productBound } from "../bounds.ts";
import { defineOperator } from "../define.ts";
import { projections } from "./projections.ts";
import type { ArraySpace } from "../spaces.ts";

/**
 * Back-projection of filtered views of fan beams, R[v, d, r] -> R[h, w, r]: each view by the adjoint of its lines, times
 * 1/U at each pixel, where U is the depth of the pixel as seen from the source, over the distance of the source. The
 * lines of the adjoint lie U cos(g) times as far apart at a pixel as at the middle, g being the angle of a line to the
 * middle one, so that together with the factor cos(g) of the views this is the factor 1/U² of the inversion formula.
 * Source: Kak and Slaney, Principles of Computerized Tomographic Imaging, 1988, section 3.4.2, equation (150).
 */
export function fanBackprojection(
  operations: Operations,
  text: string,
  image: ArraySpace,
  geometries: readonly FanGeometry[],
): Operator {
  const { engine } = operations;
  const [height = 1, width = 1] = image.shape;
  const views = geometries[0]?.angles.length ?? 0;
  const whole = projections(operations, text, image, geometries);
  const further = image.shape.slice(2).map(() => 1);
  const across = coordinates(engine, width, [1, width, ...further], 1);
  const up = coordinates(engine, height, [height, 1, ...further], -1);
  const steps = Array.from({ length: views }, (_, view) => ({
    lines: projections(
      operations,
      text,
      image,
      geometries.map((geometry) => ({ ...geometry, angles: [geometry.angles[view] ?? NaN] })),
    ),
    p: slopes(engine, geometries, view, (angle) => -Math.sin(angle)),
    q: slopes(engine, geometries, view, Math.cos),
  }));
  const divided = (
    using: Operations,
    x: Value,
    { p, q }: { readonly p: ArrayValue; readonly q: ArrayValue },
  ) => using.map("x/(1 + p*across + q*up)", { x, p, q, across, up });
  return defineOperator({
    text,
    domain: whole.codomain,
    codomain: image,
    handles: [across.handle, up.handle, ...steps.flatMap(({ p, q }) => [p.handle, q.handle])],
    norm: () =>
      productBound(closedForm(Math.max(...geometries.map((each) => nearest(each, image)))), whole.norm),
    properties: () => ["nonnegative"],
    apply: (using, y) => {
      const given = asArray(text, y);
      return (
        steps.reduce<Value | null>((sum, step, view) => {
          const back = divided(using, step.lines.adjoint(using, viewOf(using.engine, given, view)), step);
          if (sum === null) return back;
          return using.map("a + b", { a: sum, b: back });
        }, null) ?? using.fill(0, image)
      );
    },
    adjoint: (using, x) => {
      const each = steps.map((step) => asArray(text, step.lines.apply(using, divided(using, x, step))));
      return joined(using.engine, each, views);
    },
  });
}

/** The lines of fan beams. */
export type FanGeometry = ProjectionGeometry & { readonly fan: NonNullable<ProjectionGeometry["fan"]> };

/** The most that 1/U is, at the pixel that comes nearest to the source. */
function nearest({ fan: { source } }: FanGeometry, { shape: [height = 1, width = 1] }: ArraySpace): number {
  return source / (source - Math.hypot(height - 1, width - 1) / 2);
}

/** The middles of pixels along an axis. */
function coordinates(engine: Engine, extent: number, shape: readonly number[], sign: 1 | -1): ArrayValue {
  const numbers = Float64Array.from({ length: extent }, (_, i) => sign * (i - (extent - 1) / 2));
  return arrayValue(engine, engine.upload(numbers, shape), null, shape);
}

/** A function of the angle of a view over the distance of the source, for all samples or for each. */
function slopes(
  engine: Engine,
  geometries: readonly FanGeometry[],
  view: number,
  of: (angle: number) => number,
): ArrayValue {
  const numbers = Float64Array.from(geometries, ({ angles, fan }) => of(angles[view] ?? NaN) / fan.source);
  const batch = geometries.length === 1 ? null : geometries.length;
  return arrayValue(engine, engine.upload(numbers, batch === null ? [] : [batch]), batch, []);
}

/** One view of [v, d, r], as [1, d, r]. */
function viewOf(engine: Engine, y: ArrayValue, view: number): ArrayValue {
  const [, ...rest] = y.shape;
  const [before, own] = y.batch === null ? [[], []] : [[0], [y.batch]];
  const handle = engine.slice(y.handle, [...before, view, ...rest.map(() => 0)], [...own, 1, ...rest]);
  return { ...y, shape: [1, ...rest], handle };
}

function joined(engine: Engine, views: readonly ArrayValue[], count: number): ArrayValue {
  const [first] = views;
  if (first === undefined) throw new RangeError("an X-ray transform without views");
  const handle: Handle = engine.concat(
    views.map((view) => view.handle),
    first.batch === null ? 0 : 1,
  );
  return { ...first, shape: [count, ...first.shape.slice(1)], handle };
}
