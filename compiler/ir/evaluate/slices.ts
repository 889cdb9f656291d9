import { arrayOf, asArray, entryOf, fieldOf, sumOf, type ReferenceValue } from "./array.ts";
import { asValue, itemAt, type LaneValue } from "./lanes.ts";

/** The lanes of a value, or one where it is shared. */
function outerCount(like: LaneValue | undefined): number {
  return like === undefined || like.shared ? 1 : like.values.length;
}

function valueIn(of: LaneValue | undefined, lane: number): ReferenceValue {
  if (of === undefined) throw new Error("an input is missing");
  return asValue(itemAt(of, lane));
}

/** The slices along the last axis, each in a lane of its own. */
export function slices(x: LaneValue | undefined, like: LaneValue | undefined): LaneValue {
  const values = Array.from({ length: outerCount(like) }, (_, lane) => {
    const array = asArray(valueIn(x, lane));
    const shape = array.shape.slice(0, -1);
    const extent = array.shape.at(-1) ?? 1;
    return Array.from({ length: extent }, (__, k) =>
      arrayOf(shape, fieldOf(array), (flat) => entryOf(array, flat * extent + k)),
    );
  });
  return { shared: false, values: values.flat() };
}

/** The array of the slices in `count` neighbouring lanes. */
export function joinSlices(y: LaneValue | undefined, like: LaneValue | undefined, count: number): LaneValue {
  const values = Array.from({ length: outerCount(like) }, (_, lane) => {
    const parts = Array.from({ length: count }, (__, k) => asArray(valueIn(y, lane * count + k)));
    const [first] = parts;
    if (first === undefined) throw new Error("an array of no slices");
    return arrayOf([...first.shape, count], fieldOf(first), (flat) => {
      const part = parts[flat % count];
      return entryOf(part ?? first, Math.floor(flat / count));
    });
  });
  return likeOuter(values, like);
}

/** A value of each lane `count` times. */
export function repeatSlices(v: LaneValue | undefined, count: number): LaneValue {
  if (v === undefined || v.shared) return { shared: true, value: valueIn(v, 0) };
  return { shared: false, values: v.values.flatMap((item) => Array.from({ length: count }, () => item)) };
}

/** The sums over `count` neighbouring lanes. */
export function sumSlices(y: LaneValue | undefined, like: LaneValue | undefined, count: number): LaneValue {
  const values = Array.from({ length: outerCount(like) }, (_, lane) =>
    Array.from({ length: count }, (__, k) => valueIn(y, lane * count + k)).reduce(sumOf),
  );
  return likeOuter(values, like);
}

function likeOuter(values: readonly ReferenceValue[], like: LaneValue | undefined): LaneValue {
  const [first] = values;
  if (first === undefined) throw new Error("a value without lanes");
  return like?.shared === true ? { shared: true, value: first } : { shared: false, values };
}
