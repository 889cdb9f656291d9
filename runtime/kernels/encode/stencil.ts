import * as wasm from "./module.ts";
import type { Code } from "./module.ts";

/**
 * How a kernel reads the differences of an array where it wants them, instead of what another kernel has written. A
 * point is an entry of the array x that differences are taken of; it has as many differences as there are directions:
 * along its row, to the entry beside, and across the rows, along their innermost axis.
 */
export interface Stencil {
  readonly directions: readonly Direction[];
  /** what comes behind the last entry: that entry again, the first one, or 0 */
  readonly boundary: "neumann" | "periodic" | "zero";
  /** whether the adjoint is read: for each point minus the divergence of what stands at the points */
  readonly adjoint: boolean;
}

export type Direction = "along" | "across";

/** The locals of a stencil. */
export interface StencilLocals {
  /** the column of the next stretch, and the points behind it */
  readonly at: number;
  readonly remaining: number;
  /** by direction: bytes from a point to its neighbour, whether it has one, and whether it has a difference */
  readonly distances: readonly number[];
  readonly founds: readonly number[];
  readonly differs: readonly number[];
  readonly temporaries: readonly [number, number];
}

/** The locals of a stencil, as `local` gives them out. */
export function stencilLocals(
  { directions }: Stencil,
  local: (type: "i32" | "v128") => number,
): StencilLocals {
  return {
    at: local("i32"),
    remaining: local("i32"),
    distances: directions.map(() => local("i32")),
    founds: directions.map(() => local("v128")),
    differs: directions.map(() => local("v128")),
    temporaries: [local("v128"), local("v128")],
  };
}

/** Where a point stands along a direction: its index there, the extent, and bytes from one index to the next. */
export interface Along {
  readonly index: Code;
  readonly extent: Code;
  readonly step: Code;
}

/** Sets the locals of a direction for points that stand alike in it. */
export function placedAlong(
  { boundary, adjoint }: Stencil,
  locals: StencilLocals,
  direction: number,
  { index, extent, step }: Along,
): Code {
  const [distance = 0, found = 0, differs = 0] = [locals.distances, locals.founds, locals.differs].map(
    (each) => each[direction],
  );
  const last = [...extent, ...wasm.word(1), ...wasm.SUBTRACT];
  const before = [...index, ...last, ...wasm.LESS];
  const inside = adjoint ? [...wasm.word(0), ...index, ...wasm.LESS] : before;
  const sign = wasm.word(adjoint ? -1 : 1);
  const ahead = [...step, ...sign, ...wasm.MULTIPLY, ...wasm.set(distance)];
  const around = [...step, ...wasm.word(adjoint ? 1 : -1), ...wasm.MULTIPLY, ...last, ...wasm.MULTIPLY];
  const none = boundary === "periodic" ? around : wasm.word(0);
  return [
    ...wasm.either(inside, ahead, [...none, ...wasm.set(distance)]),
    ...(boundary === "periodic" ? [] : [...wasm.mask(inside), ...wasm.set(found)]),
    ...(boundary === "neumann" ? [...wasm.mask(before), ...wasm.set(differs)] : []),
  ];
}

/**
 * Points from `at` on that stand alike in their row, of those that are left, behind the first one only up to a whole
 * vector, so that the others do not lie across cache lines: sets `left`, and moves on.
 */
export function nextStretch(
  { directions, boundary, adjoint }: Stencil,
  { at, remaining }: StencilLocals,
  left: number,
  entries: Code,
): Code {
  const last = [...entries, ...wasm.word(1), ...wasm.SUBTRACT];
  const until = (end: Code): Code => [...end, ...wasm.get(at), ...wasm.SUBTRACT, ...wasm.set(left)];
  const whole = until(entries);
  const toLast = wasm.either([...wasm.get(at), ...last, ...wasm.LESS], until(last), whole);
  const behind = adjoint && boundary !== "neumann" ? whole : toLast;
  const stretch = adjoint ? wasm.either(wasm.get(at), behind, until(wasm.word(1))) : behind;
  const atMost = (bound: Code): Code =>
    wasm.when([...bound, ...wasm.get(left), ...wasm.LESS], [...bound, ...wasm.set(left)]);
  const over = [...wasm.get(at), ...wasm.word(3), ...wasm.AND];
  const toVector = wasm.when(over, atMost([...wasm.word(4), ...over, ...wasm.SUBTRACT]));
  return [
    ...(directions.includes("along") ? stretch : whole),
    ...(directions.includes("along") && adjoint ? toVector : []),
    ...atMost(wasm.get(remaining)),
    ...wasm.increase(at, wasm.get(left)),
    ...[...wasm.get(remaining), ...wasm.get(left), ...wasm.SUBTRACT, ...wasm.set(remaining)],
  ];
}

/** A word that is not 0 where all points of a stretch have their neighbours, and count in full, in all directions. */
export function isInside({ adjoint, boundary }: Stencil, { founds, differs }: StencilLocals): Code {
  if (boundary === "periodic") return wasm.word(1);
  const masks = adjoint && boundary === "neumann" ? [...founds, ...differs] : founds;
  return masks.flatMap((mask, at) => [...wasm.firstLane(mask), ...(at === 0 ? [] : wasm.AND)]);
}

/** Four points: those `16 vector` bytes behind `place` for each entry of a point, and whether `isInside` holds. */
export interface Points {
  readonly place: Code;
  readonly vector: number;
  readonly isInside: boolean;
}

/** Sets `targets` to the differences at four points, direction by direction. */
export function loadDifferences(
  { boundary }: Stencil,
  { distances, founds, differs, temporaries: [here] }: StencilLocals,
  { place, vector, isInside: inside }: Points,
  targets: readonly number[],
): Code {
  const own = [...place, ...wasm.loadVector(16 * vector), ...wasm.set(here)];
  const each = targets.flatMap((target, d) => {
    const ahead = [...place, ...wasm.get(distances[d] ?? 0), ...wasm.ADD, ...wasm.loadVector(16 * vector)];
    const neighbour = !inside && boundary === "zero" ? masked(ahead, founds[d]) : ahead;
    const difference = [...neighbour, ...wasm.get(here), ...wasm.V_SUBTRACT];
    return [
      ...(!inside && boundary === "neumann" ? masked(difference, differs[d]) : difference),
      ...wasm.set(target),
    ];
  });
  return [...own, ...each];
}

/** Sets `target` to minus the divergence at four points. */
export function loadDivergence(
  { directions, boundary }: Stencil,
  { distances, founds, differs, temporaries }: StencilLocals,
  { place, vector, isInside: inside }: Points,
  target: number,
): Code {
  const parts = directions.map((_, part) => part);
  const offsetOf = (part: number): number => 16 * (directions.length * vector + part);
  const own = parts.flatMap((part) => [
    ...[...place, ...wasm.loadVector(offsetOf(part)), ...wasm.set(temporaries[part] ?? 0)],
  ]);
  const termOf = (d: number, part: number): Code => {
    const from = [...place, ...wasm.get(distances[d] ?? 0), ...wasm.ADD];
    const behind = [...from, ...wasm.loadVector(offsetOf(part))];
    const here = wasm.get(temporaries[part] ?? 0);
    return [
      ...(inside || boundary === "periodic" ? behind : masked(behind, founds[d])),
      ...(inside || boundary !== "neumann" ? here : masked(here, differs[d])),
      ...wasm.V_SUBTRACT,
    ];
  };
  const sums = directions.map((_, d) => [
    ...parts.flatMap((part) => termOf(d, part)),
    ...(parts.length === 1 ? [] : wasm.lanes(d, d + 2, d + 4, d + 6)),
    ...(d === 0 ? [] : wasm.V_ADD),
  ]);
  return [...own, ...sums.flat(), ...wasm.set(target)];
}

function masked(code: Code, mask: number | undefined): Code {
  return [...code, ...wasm.get(mask ?? 0), ...wasm.V_AND];
}
