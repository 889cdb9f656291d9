import { type Pencil, pencilsOf } from "../arena/operations/pencils.ts";
import type { Engine } from "../engine.ts";
import { type ProjectionOptions, projectionRefusal, projectionShape } from "../projection.ts";
import { sizeOf } from "../shape.ts";
import { refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { Store, Table } from "./store.ts";

/**
 * Line k of a pencil crosses row i at the place c(i) + h(i) m(k); see arena/pencils.ts. `a1` has for each line of the
 * geometry m(k) and its length between rows, for each row of each pencil c(i) and h(i), and for each pencil whether it
 * is walked by rows, its view, its first cell and its number of lines.
 */
const kernel = {
  form: "entries",
  reads: ["f32", "f32", "u32"],
  writes: 1,
  numbers: ["height", "width", "views", "cells", "pencils", "depth"],
} as const;

/** An invocation for each line. `a2` has the pencil of each line. */
const FORWARD: Kernel = {
  ...kernel,
  body: `
  let line = i % (views * cells);
  let image = i / (views * cells) * height * width;
  let m = a1[2u * line];
  let pencil = a2[line];
  let by_rows = a2[views * cells + 4u * pencil] == 1u;
  let extent = select(width, height, by_rows);
  let places = i32(select(height, width, by_rows));
  let along = select(1u, width, by_rows);
  let across = select(width, 1u, by_rows);
  let rows = 2u * (views * cells + pencil * depth);
  var sum = 0.0;
  for (var row = 0u; row < extent; row++) {
    let place = clamp(a1[rows + 2u * row] + a1[rows + 2u * row + 1u] * m, -1.0, f32(places));
    let below = i32(floor(place));
    let share = place - f32(below);
    let start = image + row * along;
    if (below >= 0 && below < places) { sum += (1.0 - share) * a0[start + u32(below) * across]; }
    if (below + 1 < places && share > 0.0) { sum += share * a0[start + u32(below + 1) * across]; }
  }
  r0[i] = sum * a1[2u * line + 1u];`,
};

/**
 * An invocation for each pixel, which finds in each pencil the lines that pass nearer than a pixel: the places of a row
 * go up or down with the lines, so that the first is found by halving.
 */
const BACKWARD: Kernel = {
  ...kernel,
  declarations: `
fn crossing(rows: u32, line: u32) -> f32 { return a1[rows] + a1[rows + 1u] * a1[2u * line]; }`,
  body: `
  let column = i % width;
  let row = i / width % height;
  let image = i / (width * height) * views * cells;
  var sum = 0.0;
  for (var pencil = 0u; pencil < pencils; pencil++) {
    let about = views * cells + 4u * pencil;
    let by_rows = a2[about] == 1u;
    let at = f32(select(row, column, by_rows));
    let rows = 2u * (views * cells + pencil * depth + select(column, row, by_rows));
    let first = a2[about + 1u] * cells + a2[about + 2u];
    let end = first + a2[about + 3u];
    let rising = crossing(rows, end - 1u) >= crossing(rows, first);
    var low = first;
    var high = end;
    while (low < high) {
      let middle = (low + high) / 2u;
      let place = crossing(rows, middle);
      let reached = select((place < at + 1.0), (place > at - 1.0), rising);
      if (reached) { high = middle; } else { low = middle + 1u; }
    }
    for (var line = low; line < end; line++) {
      let weight = 1.0 - abs(at - crossing(rows, line));
      if (weight <= 0.0) { break; }
      sum += weight * a1[2u * line + 1u] * a0[image + line];
    }
  }
  r0[i] = sum;`,
};

interface Plan {
  readonly pencils: number;
  /** rows or columns of an image, whichever are more */
  readonly depth: number;
  readonly tables: readonly [Table, Table];
}

/** The X-ray transform, forwards line by line, backwards pixel by pixel. */
export function projectionOf(store: Store): Pick<Engine, "project"> {
  const known = new WeakMap<ProjectionOptions["geometry"], Map<string, Plan>>();
  const planOf = (options: ProjectionOptions): Plan => {
    const own = known.get(options.geometry) ?? new Map<string, Plan>();
    known.set(options.geometry, own);
    const key = options.image.join();
    const plan = own.get(key) ?? planned(options);
    own.set(key, plan);
    return plan;
  };
  return {
    project(array, options) {
      const reason = projectionRefusal(array, options);
      if (reason !== null) throw refuse("project", [array.shape], reason);
      const shape = projectionShape(array, options);
      if (sizeOf(shape) === 0) return store.make("project", shape);
      const { geometry, image, adjoint } = options;
      const { pencils, depth, tables } = planOf(options);
      const words = [...image, geometry.angles.length, geometry.detectors, pencils, depth];
      const chosen = adjoint ? BACKWARD : FORWARD;
      return store.compute({ operation: "project", kernel: chosen, inputs: [array], tables, words }, shape);
    },
  };
}

function planned(options: ProjectionOptions): Plan {
  const { geometry, image } = options;
  const { angles, detectors } = geometry;
  const pencils = pencilsOf(options);
  const depth = Math.max(...image);
  const lines = angles.length * detectors;
  const numbers = new Float32Array(2 * (lines + pencils.length * depth));
  const about = new Uint32Array(Math.max(1, lines + 4 * pencils.length));
  for (const [which, pencil] of pencils.entries()) {
    const { view, first, count, rows } = pencil;
    for (let k = 0; k < count; k++) {
      const line = view * detectors + first + k;
      const m = directionOf(pencil, first + k);
      about[line] = which;
      numbers.set([m - pencil.middle, pencil.length ?? Math.hypot(1, m)], 2 * line);
    }
    about.set([Number(rows), view, first, count], lines + 4 * which);
    for (let row = 0; row < depth; row++) {
      const h = pencil.h[0] + pencil.h[1] * row;
      const c = pencil.c[0] + pencil.c[1] * row + h * pencil.middle;
      numbers.set([c, h], 2 * (lines + which * depth + row));
    }
  }
  return { pencils: pencils.length, depth, tables: [numbers, about] };
}

function directionOf({ m: [m0, m1, m2, m3] }: Pencil, line: number): number {
  return (m0 + m1 * line) / (m2 + m3 * line);
}
