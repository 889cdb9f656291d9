import type { Operations } from "../arrays/operations.ts";
import type { Space, Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import { stream, type RandomStream } from "../random/stream.ts";
import { BindingError } from "./bindingError.ts";
import type { DrawDeclaration } from "./definition.ts";
import { evaluateDimension, parseDimension } from "./dimension.ts";
import { resolve, type Dimensions } from "./unify.ts";

/** Whose random numbers are drawn: those of samples `first`, `first` + 1, ... under a seed. */
export interface Drawing {
  readonly seed: number;
  readonly first: number;
  readonly samples: number;
  /** the batch of the values, null for one sample without an axis of its own */
  readonly batch: number | null;
  readonly dimensions: Dimensions;
}

/** An array that is drawn: its space, and the numbers of all samples, complex ones as pairs. */
export interface DrawnArray {
  readonly space: Extract<Space, { kind: "array" }>;
  readonly data: Float32Array;
}

/**
 * The numbers of a draw, one array for each of its space, in single precision on every engine. They depend on the seed,
 * the number of the sample, the iteration (`step`, of a draw in the step), the statement and the round of its loops, and
 * on nothing else: a batch draws what its samples draw, and a step that is computed again draws the same.
 * @throws BindingError IPX8005 where a size is open, or more different indices are asked for than there are
 */
export function drawnArrays(
  drawing: Drawing,
  declaration: DrawDeclaration,
  step: number,
): readonly DrawnArray[] {
  const leaves = leavesOf(spaceOfDraw(drawing, declaration));
  const each = leaves.map((space) => ({
    space,
    data: new Float32Array(drawing.samples * entriesOf(space)),
  }));
  const rounds = declaration.loop ?? 1;
  for (let sample = 0; sample < drawing.samples; sample++) {
    for (let round = 0; round < rounds; round++) {
      const random = streamOf(drawing, declaration, drawing.first + sample, step, round);
      for (const { space, data } of each) {
        const entries = entriesOf(space);
        const begin = sample * entries + round * (entries / rounds);
        fillFrom(
          random,
          declaration,
          drawing.dimensions,
          space.field,
          data.subarray(begin, begin + entries / rounds),
        );
      }
    }
  }
  return each;
}

/** The value of a draw whose arrays stand on these handles. */
function drawnValue(drawing: Drawing, declaration: DrawDeclaration, handles: readonly Handle[]): Value {
  let next = 0;
  const take = (space: Space): Value => {
    if (space.kind === "product") return { kind: "product", parts: space.parts.map(take) };
    const handle = handles[next++];
    if (handle === undefined) throw new RangeError(`${declaration.name} has an array for each of its space`);
    return { ...space, batch: drawing.batch, handle };
  };
  return take(spaceOfDraw(drawing, declaration));
}

/** The value of a draw, on new handles. */
export function uploadDraw(
  { engine }: Operations,
  drawing: Drawing,
  declaration: DrawDeclaration,
  step: number,
): Value {
  const handles = drawnArrays(drawing, declaration, step).map(({ space, data }) => {
    const samples = drawing.batch === null ? [] : [drawing.batch];
    return engine.upload(data, [...samples, ...space.shape, ...(space.field === "complex" ? [2] : [])]);
  });
  return drawnValue(drawing, declaration, handles);
}

function streamOf(
  { seed }: Drawing,
  { when, statement, rounds }: DrawDeclaration,
  sample: number,
  step: number,
  round: number,
): RandomStream {
  const iteration = when === "sample" ? "start" : step;
  return stream(seed, "draw", sample, iteration, statement, ...rounds, round);
}

function spaceOfDraw({ dimensions }: Drawing, { name, type }: DrawDeclaration): Space {
  const space = resolve(type, dimensions);
  if (space !== null) return space;
  throw new BindingError("IPX8005", name, { what: `The data leave the sizes of the draw \`${name}\` open.` });
}

function leavesOf(space: Space): readonly Extract<Space, { kind: "array" }>[] {
  return space.kind === "array" ? [space] : space.parts.flatMap(leavesOf);
}

/** Numbers of one sample; complex entries are two. */
function entriesOf({ shape, field }: DrawnArray["space"]): number {
  return sizeOf(shape) * (field === "complex" ? 2 : 1);
}

function fillFrom(
  random: RandomStream,
  { name, of }: DrawDeclaration,
  { sizes }: Dimensions,
  field: "real" | "complex",
  into: Float32Array,
): void {
  const pair = field === "complex" ? 2 : 1;
  switch (of.kind) {
    case "normal": {
      const deviation = pair === 2 ? Math.SQRT1_2 : 1;
      for (let i = 0; i < into.length; i++) into[i] = deviation * random.normal();
      return;
    }
    case "uniform":
      for (let i = 0; i < into.length; i += pair) into[i] = (random.word() >>> 8) * 2 ** -24;
      return;
    case "rademacher":
      for (let i = 0; i < into.length; i += pair) into[i] = random.word() >>> 31 === 1 ? 1 : -1;
      return;
    case "index":
      for (let i = 0; i < into.length; i++) into[i] = random.integer(countOf(name, of.below, sizes));
      return;
    case "batch":
      into.set(differentIndices(random, name, countOf(name, of.below, sizes), into.length));
  }
}

function countOf(name: string, below: string, sizes: ReadonlyMap<string, number>): number {
  const count = evaluateDimension(parseDimension(below), sizes);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new BindingError("IPX8005", name, {
    what: `The draw \`${name}\` takes indices below ${below}, which is ${count}.`,
  });
}

/**
 * `size` different indices below m, every set of them equally likely (Floyd's algorithm: Bentley, Communications of the
 * ACM 30, 1987).
 */
function differentIndices(random: RandomStream, name: string, m: number, size: number): readonly number[] {
  if (size > m) {
    throw new BindingError("IPX8005", name, {
      what: `The draw \`${name}\` takes ${size} different indices of ${m}.`,
      hint: "Bind a smaller size.",
    });
  }
  const chosen = new Set<number>();
  for (let last = m - size; last < m; last++) {
    const index = random.integer(last + 1);
    chosen.add(chosen.has(index) ? last : index);
  }
  return [...chosen];
}
