import { lineOf, type ProjectionGeometry, type ProjectionOptions, walksRows } from "../../projection.ts";

/**
 * Lines of one view, of neighbouring cells, that are walked alike: by rows, or by columns. On row i (or column i) line
 * k crosses at the place c(i) + h(i) m(k) along it; the point at the place p of row i lies on line k(i, p), which is
 * a fraction beside cells. All but k(i, p) is linear or a quotient of linear functions, in the coefficients below.
 */
export interface Pencil {
  readonly rows: boolean;
  readonly view: number;
  readonly first: number;
  readonly count: number;
  /** c(i) = c0 + c1 i */
  readonly c: readonly [number, number];
  /** h(i) = h0 + h1 i */
  readonly h: readonly [number, number];
  /** m(k) = (m0 + m1 k)/(m2 + m3 k) */
  readonly m: readonly [number, number, number, number];
  /** m of the line in the middle */
  readonly middle: number;
  /** the length of a line between rows; null: sqrt(1 + m(k)^2) */
  readonly length: number | null;
  /** k(i, p) = (k0 + k1 i + k2 p)/(k3 + k4 i + k5 p) */
  readonly k: readonly [number, number, number, number, number, number];
  /** the least distance of neighbours among the m(k), with one more on each side */
  readonly gap: number;
  /** how many lines lie on each side of a point of the image, nearer than a pixel, at most */
  readonly reach: number;
}

/** All lines of a geometry: at most three changes of direction a view, since less than half a turn is in a fan. */
export function pencilsOf(options: ProjectionOptions): readonly Pencil[] {
  const { geometry } = options;
  return geometry.angles.flatMap((angle, view) =>
    ranges(geometry, angle).map(({ rows, first, count }) => {
      const frame = frameOf(options, angle, rows);
      const middle = directionAt(frame.m, first + (count - 1) / 2);
      const found = { rows, view, first, count, middle, gap: leastGap(frame.m, first, count), ...frame };
      return { ...found, reach: reachOf(found, options) };
    }),
  );
}

/** The most lines of a pencil: kernels hold so many at a time. */
const MOST_LINES = 1024;

/** How many lines of a pencil lie on each side of a point of the image, nearer than a pixel, at most. */
function reachOf({ gap, h: [h0, h1], rows }: Omit<Pencil, "reach">, options: ProjectionOptions): number {
  const { geometry, image } = options;
  const extent = rows ? image[0] : image[1];
  const [one, other] = [h0, h0 + h1 * (extent - 1)];
  const least = one * other > 0 ? Math.min(Math.abs(one), Math.abs(other)) : 0;
  /* no line of slope 1 or less meets the image nearer to its source, counted across the rows */
  const free = geometry.fan === null ? 1 : (geometry.fan.source - Math.hypot(...image) / 2) / Math.SQRT2;
  return Math.max(1, Math.ceil(1 / (gap * Math.max(least, free)) - TOUCHING));
}

/** A line so much nearer than a pixel counts for nothing in single precision. */
const TOUCHING = 1e-5;

interface Range {
  readonly rows: boolean;
  readonly first: number;
  readonly count: number;
}

function ranges(geometry: ProjectionGeometry, angle: number): readonly Range[] {
  const { detectors } = geometry;
  const rowsAt = (cell: number): boolean => walksRows(lineOf(geometry, angle, cell));
  const found: Range[] = [];
  for (let first = 0; first < detectors;) {
    const rows = rowsAt(first);
    let end = first + 1;
    while (end < Math.min(detectors, first + MOST_LINES) && rowsAt(end) === rows) end += 1;
    found.push({ rows, first, count: end - first });
    first = end;
  }
  return found;
}

type Frame = Pick<Pencil, "c" | "h" | "m" | "k" | "length">;

/** The coefficients of a view whose lines are walked by rows, or by columns. */
function frameOf(
  { geometry, image: [height, width] }: ProjectionOptions,
  angle: number,
  rows: boolean,
): Frame {
  const { detectors, spacing, fan } = geometry;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [up, right] = [(height - 1) / 2, (width - 1) / 2];
  const middle = (detectors - 1) / 2;
  /* on row i at the place p: x = p - right, y = up - i; on column i: x = i - right, y = up - p */
  const across = linear(rows, cos, sin, sin * up - cos * right);
  if (fan === null) {
    const along = rows ? cos : -sin;
    const slope = rows ? sin / cos : cos / sin;
    return {
      c: rows ? [right - up * slope, slope] : [up - right * slope, slope],
      h: [1, 0],
      m: [-middle * spacing, spacing, along, 0],
      length: 1 / Math.abs(along),
      k: [across[0] / spacing + middle, across[1] / spacing, across[2] / spacing, 1, 0, 0],
    };
  }
  const { source, detector } = fan;
  const depth = source + detector;
  const [sourceX, sourceY] = [source * sin, -source * cos];
  /* the direction to cell k is (x0 + x1 k, y0 + y1 k), and a point is `deep` from the source along the middle */
  const [x1, y1] = [spacing * cos, spacing * sin];
  const [x0, y0] = [-middle * x1 - depth * sin, -middle * y1 + depth * cos];
  const deep = linear(rows, -sin, cos, cos * up + sin * right + source);
  const scale = depth / spacing;
  const weighted = (at: 0 | 1 | 2): number => scale * across[at] + middle * deep[at];
  return {
    c: rows ? [right + sourceX, 0] : [up - sourceY, 0],
    h: rows ? [up - sourceY, -1] : [-right - sourceX, 1],
    m: rows ? [x0, x1, y0, y1] : [-y0, -y1, x0, x1],
    length: null,
    k: [weighted(0), weighted(1), weighted(2), ...deep],
  };
}

/** a x + b y + constant as a function of (1, i, p). */
function linear(rows: boolean, a: number, b: number, constant: number): readonly [number, number, number] {
  return rows ? [constant, -b, a] : [constant, a, -b];
}

/** The lines before the first and behind the last count: they say what is near beside these two. */
function leastGap(m: Pencil["m"], first: number, count: number): number {
  let least = Infinity;
  for (let k = first - 1; k < first + count; k++) {
    least = Math.min(least, Math.abs(directionAt(m, k + 1) - directionAt(m, k)));
  }
  return least;
}

function directionAt([m0, m1, m2, m3]: Pencil["m"], k: number): number {
  return (m0 + m1 * k) / (m2 + m3 * k);
}
