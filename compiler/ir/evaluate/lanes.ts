import type { Block, IrFunction, Variable } from "../block.ts";
import type { ReferenceMap, ReferenceOperator, ReferenceSpace, ReferenceValue } from "./array.ts";

/** What the reverse of a loop reads: what was carried into each round, and the lanes that ran it. */
export interface ReferenceTrace {
  readonly kind: "trace";
  readonly rounds: readonly { readonly carried: readonly LaneValue[]; readonly active: readonly number[] }[];
}

export type Item = ReferenceValue | ReferenceOperator | ReferenceMap | ReferenceTrace;

/** A value for all samples, or one for each lane. */
export type LaneValue =
  | { readonly shared: true; readonly value: Item }
  | { readonly shared: false; readonly values: readonly Item[] };

/** How many lanes a value has, and whether they are slices of what all samples share. */
export interface LanesOfValue {
  readonly count: number;
  readonly apart: boolean;
}

/** What the interpreter knows besides variables. */
export interface Setting {
  readonly functions: ReadonlyMap<string, IrFunction>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly spaces: Readonly<Record<string, ReferenceSpace>>;
}

/**
 * The values of variables for a batch of lanes. A child sees the lanes `indices` of its parent, in that order. What is
 * bound to a variable has its sharing: a shared value of an unshared variable stands in every lane.
 */
export class Lanes {
  readonly count: number;
  readonly #parent: Lanes | null;
  /** null: those of the parent as they are */
  readonly #indices: readonly number[] | null;
  readonly #values = new Map<Variable, LaneValue>();
  readonly #apart = new Set<Variable>();

  constructor(count: number, parent: Lanes | null = null, indices: readonly number[] | null = []) {
    this.count = count;
    this.#parent = parent;
    this.#indices = indices;
  }

  /** The same variables for some of the lanes. */
  restricted(indices: readonly number[]): Lanes {
    return new Lanes(indices.length, this, indices);
  }

  /** The same variables where values have `count` lanes, which are slices of those here. */
  sliced(count: number): Lanes {
    return new Lanes(count, this, null);
  }

  /** `within`: the lanes of the value, where they are slices. */
  bind(
    variable: Variable,
    value: LaneValue,
    within: LanesOfValue = { count: this.count, apart: false },
  ): void {
    if (variable.shared && !value.shared) throw new Error(`${variable.name} is shared, its value is not`);
    this.#values.set(variable, variable.shared ? value : expanded(value, within.count));
    if (within.apart) this.#apart.add(variable);
  }

  /** Whether the lanes of a variable are slices of what all samples share. */
  isApart(variable: Variable): boolean {
    return this.#apart.has(variable) || (this.#parent?.isApart(variable) ?? false);
  }

  get(variable: Variable): LaneValue {
    const own = this.#values.get(variable);
    if (own !== undefined) return own;
    if (this.#parent === null) throw new Error(`${variable.name} has no value`);
    const outer = this.#parent.get(variable);
    if (this.#indices === null || outer.shared || this.isApart(variable)) return outer;
    const each = outer.values.length / this.#parent.count;
    return chosen(outer, each === 1 ? this.#indices : slicesAt(this.#indices, each));
  }
}

/** The places of the slices of some lanes, `each` of them for a lane. */
function slicesAt(indices: readonly number[], each: number): readonly number[] {
  return indices.flatMap((index) => Array.from({ length: each }, (_, k) => index * each + k));
}

/** One value for each of `count` lanes. */
export function expanded(
  value: LaneValue,
  count: number,
): { readonly shared: false; readonly values: readonly Item[] } {
  return value.shared ? { shared: false, values: Array.from({ length: count }, () => value.value) } : value;
}

/** The value in some lanes. */
export function chosen(value: LaneValue, indices: readonly number[]): LaneValue {
  return value.shared ? value : { shared: false, values: indices.map((index) => itemAt(value, index)) };
}

/** The value in one lane. */
export function itemAt(value: LaneValue, lane: number): Item {
  if (value.shared) return value.value;
  const item = value.values[lane];
  if (item === undefined) throw new Error(`there is no lane ${lane}`);
  return item;
}

/** A value of the language; operators, maps and traces are faults. */
export function asValue(item: Item): ReferenceValue {
  if (item.kind === "operator" || item.kind === "map" || item.kind === "trace")
    throw new Error(`a value is wanted where ${item.kind} is`);
  return item;
}

/** Evaluates a block whose parameters are bound to these values; it may read all that `outer` binds. */
export type EvaluateBlock = (
  block: Block,
  inputs: readonly LaneValue[],
  outer: Lanes,
) => readonly LaneValue[];
