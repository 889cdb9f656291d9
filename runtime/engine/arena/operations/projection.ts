import type { Engine, Handle } from "../../engine.ts";
import { type ProjectionOptions, projectionRefusal, projectionShape } from "../../projection.ts";
import { sizeOf } from "../../shape.ts";
import { type Pencil, pencilsOf } from "./pencils.ts";
import type { Store } from "../store.ts";

/** Zeros around the rows of a padded image, rows of a tile, and rows of a block: those of the kernels. */
const AROUND = 8;
const TILE = 8;
const BLOCK = 32;
/** Floats of scratch arrays, about: more images are projected one group after the other. */
const SCRATCH = 2 ** 24;

/** The X-ray transform, pencil by pencil of its lines. */
export function projectionOf(store: Store): Pick<Engine, "project"> {
  const planOf = plans();
  return {
    project(array, options) {
      const reason = projectionRefusal(array, options);
      if (reason !== null) throw store.refuse("project", [array], reason);
      const result = store.make(projectionShape(array, options));
      if (sizeOf(result.shape) === 0) return result;
      if (sizeOf(array.shape) === 0) return zeros(store, result);
      const plan = planOf(options);
      const images = array.shape[0] ?? 0;
      const [from, to] = [store.offsetOf(array), store.offsetOf(result)];
      const each = Math.max(1, Math.floor(SCRATCH / (options.adjoint ? plan.backward : plan.forward)));
      store.constants(plan.words, (pencils) => {
        for (let first = 0; first < images; first += each) {
          const part = {
            images: Math.min(each, images - first),
            from: from + 4 * ((first * sizeOf(array.shape)) / images),
            to: to + 4 * ((first * sizeOf(result.shape)) / images),
            pencils,
          };
          if (options.adjoint) backward(store, plan, part);
          else forward(store, plan, part);
        }
      });
      return result;
    },
  };
}

function zeros(store: Store, array: Handle): Handle {
  const entries = sizeOf(array.shape);
  store.machine.run("fill", [store.offsetOf(array), entries, 0, entries], 1, entries);
  return array;
}

/** What does not change between projections of one kind. */
interface Plan {
  readonly pencils: readonly Pencil[];
  /** the pencils as the kernels read them */
  readonly words: Uint32Array;
  readonly height: number;
  readonly width: number;
  /** floats of a padded row and of a padded column */
  readonly row: number;
  readonly column: number;
  readonly byColumns: boolean;
  readonly cells: readonly [number, number];
  /** lines that carry nothing beside those of a pencil, and floats of a pencil with them */
  readonly side: number;
  readonly floats: number;
  /** floats of scratch for an image */
  readonly forward: number;
  readonly backward: number;
}

/** Images from and to places of the arena. */
interface Part {
  readonly images: number;
  readonly from: number;
  readonly to: number;
  readonly pencils: number;
}

function forward({ machine, scratch }: Store, plan: Plan, { images, from, to, pencils }: Part): void {
  const { height, width, row, column, byColumns, cells } = plan;
  const pixels = images * height * width;
  scratch(images * plan.forward, (rows) => {
    const columns = rows + 4 * images * height * row;
    const blocks = Math.ceil(height / BLOCK);
    const laid = [from, rows, columns, Number(byColumns), height, width, row, column, blocks];
    machine.run("project_lay", laid, images * blocks, 8 * pixels);
    const count = plan.pencils.length;
    const words = [rows, columns, pencils, count, to, height, width, row, column, ...cells];
    machine.run("project_forward", words, images * count, 8 * pixels * cells[0]);
  });
}

function backward({ machine, scratch }: Store, plan: Plan, { images, from, to, pencils }: Part): void {
  const { height, width, row, column, byColumns, cells, side, floats } = plan;
  const pixels = images * height * width;
  const count = plan.pencils.length;
  scratch(images * plan.backward, (lines) => {
    const rows = lines + 4 * images * count * floats;
    const columns = rows + 4 * images * height * row;
    const spread = [from, pencils, count, lines, floats, side, ...cells];
    machine.run("project_spread", spread, images * count, 8 * images * sizeOf(cells));
    const tiles = [Math.ceil(height / TILE), byColumns ? Math.ceil(width / TILE) : 0] as const;
    const words = [lines, floats, side, pencils, count, rows, columns, height, width, row, column, ...tiles];
    machine.run("project_backward", words, images * (tiles[0] + tiles[1]), 12 * pixels * cells[0]);
    const blocks = Math.ceil(height / BLOCK);
    const joined = [rows, columns, Number(byColumns), to, height, width, row, column, blocks];
    machine.run("project_join", joined, images * blocks, 8 * pixels);
  });
}

function plans(): (options: ProjectionOptions) => Plan {
  const known = new WeakMap<ProjectionOptions["geometry"], Map<string, Plan>>();
  return (options) => {
    const own = known.get(options.geometry) ?? new Map<string, Plan>();
    known.set(options.geometry, own);
    const key = options.image.join();
    const plan = own.get(key) ?? planned(options);
    own.set(key, plan);
    return plan;
  };
}

function planned(options: ProjectionOptions): Plan {
  const { geometry, image } = options;
  const [height, width] = image;
  const pencils = pencilsOf(options);
  const padded = (extent: number): number => 4 * Math.ceil((extent + AROUND) / 4);
  const [row, column] = [padded(width), padded(height)];
  const byColumns = pencils.some(({ rows }) => !rows);
  const largest = (of: (pencil: Pencil) => number): number =>
    pencils.reduce((most, pencil) => Math.max(most, of(pencil)), 1);
  const side = 2 * largest(({ reach }) => reach);
  const floats = 2 * (largest(({ count }) => count) + 2 * side);
  const laid = height * row + (byColumns ? width * column : 0);
  return {
    pencils,
    words: new Uint32Array(Float64Array.from(pencils.flatMap(numbersOf)).buffer),
    height,
    width,
    row,
    column,
    byColumns,
    cells: [geometry.angles.length, geometry.detectors],
    side,
    floats,
    forward: laid,
    backward: laid + pencils.length * floats,
  };
}

/** A pencil as the kernels read it. */
function numbersOf(pencil: Pencil): readonly number[] {
  const { rows, view, first, count, reach, gap, c, h, m, length, k, middle } = pencil;
  return [Number(rows), view, first, count, reach, gap, ...c, ...h, ...m, length ?? 0, ...k, middle];
}
