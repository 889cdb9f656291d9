import { type End, WRITTEN } from "../../../kernels/encode/ends.ts";
import type { Ending, Handle } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import { reducePlace } from "./reductions.ts";
import type { Rows } from "./rows.ts";
import type { Store } from "../store.ts";

/** The least points of a row that are worth joining within a kernel. */
const LEAST_ROW = 16;

/** The most points of a row, and the most rows, that are joined before their parts are: longer sums round more. */
const LONGEST = 4096;
const MOST_ROWS = 256;

/** The least points of a row in an item where the rows are joined. */
const LEAST_TILE = 64;

/** How rows are cut into items, or items joined of rows. */
export interface Cut {
  /** points of a row in an item, and how often that makes a row */
  readonly tile: number;
  readonly tiles: number;
  readonly rows: number;
  readonly rowsOfItem: number;
  readonly items: number;
}

/** What a kernel leaves of a result, and how that is joined. */
export interface EndPlan {
  readonly end: End;
  /** of the result */
  readonly shape: readonly number[];
  /** parts that are to be joined: so many of `columns` numbers for each of `outer`; one where the kernel joins all */
  readonly parts: readonly [outer: number, parts: number, columns: number];
}

/** What an ending reduces: the innermost `axes` axes, or all but these. */
interface Side {
  readonly kind: "row" | "rows";
  readonly axes: number;
}

/** Which axes an ending reduces; null where these are neither the innermost nor the outermost ones. */
function sideOf({ axes }: Ending, rank: number): Side | null {
  const sorted = axes.toSorted((a, b) => a - b);
  const reduced = sorted.length;
  if (reduced === 0) return null;
  if (sorted.every((axis, at) => axis === rank - reduced + at)) return { kind: "row", axes: reduced };
  return sorted.every((axis, at) => axis === at) ? { kind: "rows", axes: rank - reduced } : null;
}

/** Between which axes rows may not run on, by the number of axes within. */
export function cutsOf(endings: readonly (Ending | null)[], rank: number): readonly number[] {
  return endings.flatMap((ending) => {
    const side = ending && sideOf(ending, rank);
    return side === null ? [] : [side.axes];
  });
}

/** The plan of each result; null where a kernel on these rows cannot join what is asked. */
export function endPlansOf(
  shape: readonly number[],
  endings: readonly (Ending | null)[],
  { entries, planes }: Rows,
  cut: Cut,
): readonly EndPlan[] | null {
  const plans = endings.map((ending): EndPlan | null => {
    if (ending === null) return { end: WRITTEN, shape, parts: [1, 1, sizeOf(shape)] };
    const side = sideOf(ending, shape.length);
    if (side === null || entries < LEAST_ROW) return null;
    const boundary = shape.length - side.axes;
    const within = sizeOf(shape.slice(boundary));
    const { kind } = side;
    const end = { kind, by: ending.by };
    if (kind === "row") {
      const kept = shape.slice(0, boundary);
      const rows = within / (entries * planes);
      return Number.isInteger(rows) ? { end, shape: kept, parts: [sizeOf(kept), rows * cut.tiles, 1] } : null;
    }
    const groups = Math.ceil(cut.rows / cut.rowsOfItem);
    return within === entries * planes
      ? { end, shape: shape.slice(boundary), parts: [1, groups, within] }
      : null;
  });
  return plans.every((plan) => plan !== null) ? plans : null;
}

/** How rows are cut where results are joined: items of about `size` points. */
export function cutForEnds(
  rows: number,
  length: number,
  size: number,
  endings: readonly (Ending | null)[],
  rank: number,
): Cut {
  const kinds = endings.map((ending) => (ending === null ? null : (sideOf(ending, rank)?.kind ?? null)));
  const overRows = kinds.includes("rows");
  const share = overRows
    ? Math.max(LEAST_TILE, 16 * Math.floor(size / Math.min(rows, MOST_ROWS) / 16))
    : size;
  const most = kinds.includes("row") ? Math.min(share, LONGEST) : share;
  const tiles = Math.ceil(length / most);
  const tile = 16 * Math.ceil(length / tiles / 16);
  const many = Math.max(1, Math.floor(size / Math.min(tile, length)));
  const rowsOfItem = overRows ? Math.min(many, MOST_ROWS) : tiles > 1 ? 1 : many;
  return { tile, tiles, rows, rowsOfItem, items: tiles * Math.ceil(rows / rowsOfItem) };
}

/** Runs a kernel with the places of its results, in bytes, and joins the parts that it leaves of some of them. */
export function withEnds(
  store: Store,
  plans: readonly EndPlan[],
  results: readonly Handle[],
  kernel: (places: readonly number[]) => void,
): void {
  const visit = (places: readonly number[]): void => {
    const [plan, result] = [plans[places.length], results[places.length]];
    if (plan === undefined || result === undefined) return kernel(places);
    const { end, parts } = plan;
    const place = store.offsetOf(result);
    if (end.kind === "written" || parts[1] === 1) return visit([...places, place]);
    store.scratch(parts[0] * parts[1] * parts[2], (scratch) => {
      visit([...places, scratch]);
      reducePlace(store, end.by, scratch, parts, place);
    });
  };
  visit([]);
}
