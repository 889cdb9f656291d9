import type { Variable } from "../../compiler/ir/block.ts";
import {
  arrayOf,
  countOf,
  type ReferenceArray,
  type ReferenceOperator,
} from "../../compiler/ir/evaluate/array.ts";
import { Lanes, type LaneValue, type Setting } from "../../compiler/ir/evaluate/lanes.ts";
import { matvec } from "../../compiler/ir/evaluate/reductions.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { upload } from "../../runtime/arrays/host.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Space } from "../../runtime/arrays/value.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import type { Bound, Known } from "../../runtime/program/definition.ts";

/** The samples of a batch. */
export const SAMPLES = 3;

/** A name's data on the host, from which the runtime's values and those of the interpreter are made. */
export type Datum =
  | { readonly kind: "size"; readonly value: number }
  | { readonly kind: "space"; readonly space: Space }
  | { readonly kind: "array"; readonly array: HostArray; readonly batch: boolean }
  | {
      readonly kind: "operator";
      readonly matrix: HostArray;
      readonly domain: Space;
      readonly codomain: Space;
    };

export type ProgramData = Readonly<Record<string, Datum>>;

let state = 1;
/** Numbers in (-1, 1) that look random and are the same at every run. */
function random(): number {
  state = (state * 48271) % 2147483647;
  return (2 * state) / 2147483647 - 1;
}

function hostArray(shape: readonly number[], field: "real" | "complex"): HostArray {
  const count = countOf(shape) * (field === "complex" ? 2 : 1);
  return { field, shape, data: Float64Array.from({ length: count }, random) };
}

export function shared(...shape: readonly number[]): Datum {
  return { kind: "array", array: hostArray(shape, "real"), batch: false };
}

export function batch(field: "real" | "complex", ...shape: readonly number[]): Datum {
  return { kind: "array", array: hostArray([SAMPLES, ...shape], field), batch: true };
}

export function number(value: number): Datum {
  return {
    kind: "array",
    array: { field: "real", shape: [], data: Float64Array.of(value) },
    batch: false,
  };
}

export function matrix(domain: Space, codomain: Space): Datum {
  const entries = (of: Space): number => (of.kind === "array" ? countOf(of.shape) : 0);
  return {
    kind: "operator",
    matrix: hostArray([entries(codomain), entries(domain)], "real"),
    domain,
    codomain,
  };
}

/** The data as a program's functions know it. */
export function knownOf(operations: Operations, data: ProgramData): Known {
  const bound = (datum: Datum): Bound => {
    switch (datum.kind) {
      case "size":
        return datum.value;
      case "space":
        return datum.space;
      case "array":
        return upload(operations, datum.array, { batch: datum.batch });
      case "operator": {
        const { domain, codomain } = datum;
        return matrixOperator(operations, datum.matrix, { domain, codomain });
      }
    }
  };
  return Object.fromEntries(Object.entries(data).map(([name, datum]) => [name, bound(datum)]));
}

/** The data as the interpreter sees it: the declared variables of a program, its sizes and its spaces. */
export function interpreted(
  program: IrProgram,
  data: ProgramData,
  norm: (name: string) => number,
): { readonly lanes: Lanes; readonly setting: Omit<Setting, "functions"> } {
  const lanes = new Lanes(SAMPLES);
  const declared: readonly (readonly [string, Variable])[] = [
    ...[...program.givens, ...program.inputs].map(({ variable }) => [variable.name, variable] as const),
    ...program.parameters.map(({ name, variable }) => [name, variable] as const),
  ];
  for (const [name, variable] of declared) {
    const datum = data[name];
    if (datum !== undefined)
      lanes.bind(
        variable,
        laneValue(datum, () => norm(name)),
      );
  }
  const sizes: Record<string, number> = {};
  const spaces: Record<string, Space> = {};
  for (const [name, datum] of Object.entries(data)) {
    if (datum.kind === "size") sizes[name] = datum.value;
    if (datum.kind === "space") spaces[name] = datum.space;
  }
  return { lanes, setting: { sizes, spaces } };
}

function laneValue(datum: Datum, norm: () => number): LaneValue {
  if (datum.kind === "operator") return { shared: true, value: referenceOperator(datum, norm()) };
  if (datum.kind !== "array") throw new Error("a size is no value");
  const { array } = datum;
  if (!datum.batch) return { shared: true, value: referenceArray(array, array.shape, 0) };
  const shape = array.shape.slice(1);
  return {
    shared: false,
    values: Array.from({ length: SAMPLES }, (_, lane) => referenceArray(array, shape, lane)),
  };
}

function referenceArray({ field, data }: HostArray, shape: readonly number[], lane: number): ReferenceArray {
  const start = lane * countOf(shape);
  const at = (index: number): number => data[index] ?? Number.NaN;
  return arrayOf(shape, field, (i) =>
    field === "complex"
      ? { re: at(2 * (start + i)), im: at(2 * (start + i) + 1) }
      : { re: at(start + i), im: 0 },
  );
}

function referenceOperator(
  { matrix: of, domain, codomain }: Extract<Datum, { kind: "operator" }>,
  norm: number,
): ReferenceOperator {
  const entries = referenceArray(of, of.shape, 0);
  return {
    kind: "operator",
    apply: (x) => matvec(entries, x, false, codomain),
    adjoint: (y) => matvec(entries, y, true, domain),
    norm,
  };
}
