/** A box of entries of a row-major array: where it starts, and the distance of neighbours along each axis. */
export interface Box {
  readonly data: Float32Array;
  readonly offset: number;
  readonly strides: readonly number[];
}

interface Loop {
  readonly extent: number;
  readonly to: number;
  readonly from: number;
}

/** Runs of at least this length are copied as blocks. */
const BLOCK = 32;

/** Copies a box onto another of the same extents. A stride 0 in `from` repeats entries. */
export function copyBox(to: Box, from: Box, extents: readonly number[]): void {
  if (extents.includes(0)) return;
  const loops = joined(extents, to.strides, from.strides);
  const inner = loops.pop() ?? { extent: 1, to: 1, from: 1 };
  const next = loops.pop() ?? { extent: 1, to: 0, from: 0 };
  walk(loops, to.offset, from.offset, (target, source) => {
    for (let i = 0; i < next.extent; i++) {
      copyRun(to.data, target + i * next.to, from.data, source + i * next.from, inner);
    }
  });
}

/** The loops over the axes, neighbours that are one run of memory on both sides made one. */
function joined(extents: readonly number[], to: readonly number[], from: readonly number[]): Loop[] {
  const loops: Loop[] = [];
  extents.forEach((extent, axis) => {
    if (extent === 1) return;
    const loop = { extent, to: to[axis] ?? 0, from: from[axis] ?? 0 };
    const outer = loops.at(-1);
    if (outer && outer.to === loop.to * extent && outer.from === loop.from * extent) {
      loops[loops.length - 1] = { extent: outer.extent * extent, to: loop.to, from: loop.from };
    } else {
      loops.push(loop);
    }
  });
  return loops;
}

function walk(
  loops: readonly Loop[],
  to: number,
  from: number,
  visit: (to: number, from: number) => void,
  depth = 0,
): void {
  const loop = loops[depth];
  if (loop === undefined) {
    visit(to, from);
    return;
  }
  for (let i = 0; i < loop.extent; i++) {
    walk(loops, to + i * loop.to, from + i * loop.from, visit, depth + 1);
  }
}

function copyRun(to: Float32Array, target: number, from: Float32Array, source: number, run: Loop): void {
  const { extent } = run;
  if (run.to === 1 && run.from === 1 && extent >= BLOCK) {
    to.set(from.subarray(source, source + extent), target);
    return;
  }
  if (run.to === 1 && run.from === 0 && extent >= BLOCK) {
    to.fill(from[source] ?? 0, target, target + extent);
    return;
  }
  for (let i = 0; i < extent; i++) to[target + i * run.to] = from[source + i * run.from] ?? 0;
}
