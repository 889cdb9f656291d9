import type { Handle } from "./engine.ts";

/**
 * Where the lines of an X-ray transform lie. Pixel (i, j) of an image [h, w] is the unit square around the point
 * (j - (w - 1)/2, (h - 1)/2 - i), so that the origin is the middle of the image, x points right and y up. With
 * n = (cos a, sin a) and e = (-sin a, cos a), detector cell k of d has the place s = (k - (d - 1)/2) spacing, and its
 * line at the angle a is {s n + t e} for parallel beams; for fan beams it goes from the source at -source e to the
 * point detector e + s n. These are the conventions of the ASTRA toolbox (`parallel`, `fanflat`); a fan whose source
 * moves away becomes parallel beams.
 */
export interface ProjectionGeometry {
  /** one for each view, in radians */
  readonly angles: readonly number[];
  readonly detectors: number;
  /** from one detector cell to the next, in pixels */
  readonly spacing: number;
  /** distances of the source and of the flat detector from the middle of the image in pixels; null: parallel beams */
  readonly fan: { readonly source: number; readonly detector: number } | null;
}

/** What `project` of an engine is told; see there. */
export interface ProjectionOptions {
  readonly geometry: ProjectionGeometry;
  /** [h, w] */
  readonly image: readonly [number, number];
  readonly adjoint: boolean;
}

/** The shape of one sample of the argument. */
function projectionDomain({ geometry, image, adjoint }: ProjectionOptions): readonly [number, number] {
  return adjoint ? [geometry.angles.length, geometry.detectors] : image;
}

/** The shape of the result. */
export function projectionShape(
  { shape: [images = 0] }: Pick<Handle, "shape">,
  options: ProjectionOptions,
): readonly number[] {
  return [images, ...projectionDomain({ ...options, adjoint: !options.adjoint })];
}

/** Why lines do not lie as they should, or null. */
export function geometryFault(
  { angles, detectors, spacing, fan }: ProjectionGeometry,
  [height, width]: ProjectionOptions["image"],
): string | null {
  if (!angles.every(Number.isFinite)) return "an angle is no finite number";
  if (!Number.isSafeInteger(detectors) || detectors < 1) return `no number of detector cells: ${detectors}`;
  if (!(spacing > 0 && Number.isFinite(spacing))) return `no spacing of detector cells: ${spacing}`;
  if (fan === null) return null;
  if (!(fan.detector >= 0 && Number.isFinite(fan.detector))) return `no distance: ${fan.detector}`;
  const reach = Math.hypot(height, width) / 2 + 1;
  if (fan.source >= reach && Number.isFinite(fan.source)) return null;
  return `the source stands ${fan.source} pixels from the middle, and must stand outside of the image: ${Math.ceil(reach)} or more`;
}

/** Why an array has no such projections, or null. */
export function projectionRefusal(
  { shape }: Pick<Handle, "shape">,
  options: ProjectionOptions,
): string | null {
  const [, rows, columns] = shape;
  const [height, width] = projectionDomain(options);
  if (shape.length !== 3 || rows !== height || columns !== width) return `not [images, ${height}, ${width}]`;
  return geometryFault(options.geometry, options.image);
}

/** A line: a point of it and its direction, of any length but 0. */
export interface Line {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** The line of a detector cell in a view. */
export function lineOf({ detectors, spacing, fan }: ProjectionGeometry, angle: number, cell: number): Line {
  const place = (cell - (detectors - 1) / 2) * spacing;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  if (fan === null) return { x: place * cos, y: place * sin, dx: -sin, dy: cos };
  const { source, detector } = fan;
  const depth = source + detector;
  return {
    x: source * sin,
    y: -source * cos,
    dx: place * cos - depth * sin,
    dy: place * sin + depth * cos,
  };
}

/**
 * Whether Joseph's method walks a line from row to row, or from column to column: by the larger part of its direction,
 * and by rows where both are the same up to rounding.
 */
export function walksRows({ dx, dy }: Pick<Line, "dx" | "dy">): boolean {
  return Math.abs(dy) >= Math.abs(dx) * (1 - 1e-9);
}
