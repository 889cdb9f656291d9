import type { GivenMap } from "../arrays/givenMap.ts";
import type { Operations } from "../arrays/operations.ts";
import type { Space, Value } from "../arrays/value.ts";
import { realArray, type HostArray } from "../io/hostArray.ts";
import type { Operator } from "../operators/operator.ts";
import { BindingError } from "./bindingError.ts";
import { upload } from "./transfer.ts";

/** Numbers in nested arrays, all rows of one length. */
export type NestedNumbers = readonly (number | NestedNumbers)[];

/** What can be bound to a name of a program. `parts` are those of a product. */
export type Datum =
  | number
  | Float32Array
  | Float64Array
  | NestedNumbers
  | HostArray
  | Value
  | Operator
  | GivenMap
  | { readonly kind: "parts"; readonly parts: readonly Datum[] };

/** What is bound to an array or a number. */
export type ArrayDatum = Exclude<Datum, Operator | GivenMap>;

/** What is bound to an operator: one of the runtime, or a matrix with a row for each entry of the codomain. */
export type OperatorDatum = Operator | HostArray | Value | NestedNumbers;

/** Data by the names of declarations. */
export type Data = Readonly<Record<string, Datum>>;

/** A datum as it is bound: on the host, on the engine, an operator or a map. */
export type Material =
  | { readonly kind: "host"; readonly array: HostArray }
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "operator"; readonly operator: Operator }
  | { readonly kind: "map"; readonly map: GivenMap }
  | { readonly kind: "parts"; readonly parts: readonly Material[] };

/** Material for an array or a number. */
export type ArrayMaterial = Exclude<Material, { kind: "operator" | "map" }>;

/**
 * Sorts a datum of the declaration `name` by its kind.
 * @throws BindingError IPX8004 where nested arrays are ragged, or an array has no entries: a batch of no samples.
 */
export function materialOf(name: string, datum: Datum): Material {
  const material = sorted(name, datum);
  requireEntries(name, material);
  return material;
}

function requireEntries(name: string, material: Material): void {
  const shape =
    material.kind === "host"
      ? material.array.shape
      : material.kind === "value"
        ? emptyShape(material.value)
        : null;
  if (shape?.includes(0) !== true) return;
  throw new BindingError("IPX8004", name, {
    what: `\`${name}\` is bound to an array without entries: its shape is [${shape.join(", ")}].`,
    hint: "Bind data with an entry or more on each axis; a batch has a sample or more.",
  });
}

/** The shape of the first array of a value without entries, samples on its first axis; null where all have some. */
function emptyShape(value: Value): readonly number[] | null {
  if (value.kind === "product") return value.parts.map(emptyShape).find((shape) => shape !== null) ?? null;
  const shape = value.batch === null ? value.shape : [value.batch, ...value.shape];
  return shape.includes(0) ? shape : null;
}

function sorted(name: string, datum: Datum): Material {
  if (typeof datum === "number") {
    return { kind: "host", array: realArray([], Float64Array.of(datum)) };
  }
  if (datum instanceof Float32Array || datum instanceof Float64Array) {
    return { kind: "host", array: realArray([datum.length], datum) };
  }
  if (isNested(datum)) return { kind: "host", array: nested(name, datum) };
  if (!("kind" in datum)) return { kind: "host", array: datum };
  switch (datum.kind) {
    case "operator":
      return { kind: "operator", operator: datum };
    case "map":
      return { kind: "map", map: datum };
    case "parts":
      return { kind: "parts", parts: datum.parts.map((part) => materialOf(name, part)) };
    case "array":
    case "product":
      return { kind: "value", value: datum };
  }
}

function isNested(datum: Datum): datum is NestedNumbers {
  return Array.isArray(datum);
}

function nested(name: string, rows: NestedNumbers): HostArray {
  const shape: number[] = [];
  for (let row: number | NestedNumbers | undefined = rows; Array.isArray(row); row = row[0]) {
    shape.push(row.length);
  }
  const numbers: number[] = [];
  const collect = (row: number | NestedNumbers, depth: number): void => {
    if (typeof row === "number" ? depth !== shape.length : row.length !== shape[depth]) {
      throw new BindingError("IPX8004", name, { what: `The rows bound to \`${name}\` differ in length.` });
    }
    if (typeof row === "number") numbers.push(row);
    else row.forEach((inner) => collect(inner, depth + 1));
  };
  collect(rows, 0);
  return realArray(shape, Float64Array.from(numbers));
}

/** The space that material has; of a batch, the space of one sample. */
export function materialSpace(material: ArrayMaterial, batched: boolean): Space {
  switch (material.kind) {
    case "host": {
      const { field, shape } = material.array;
      return { kind: "array", field, shape: batched ? shape.slice(1) : shape };
    }
    case "value":
      return spaceOfValue(material.value);
    case "parts":
      return { kind: "product", parts: material.parts.map((part) => partSpace(part, batched)) };
  }
}

function partSpace(material: Material, batched: boolean): Space {
  if (material.kind === "operator" || material.kind === "map") {
    const what = `${material.kind === "map" ? "A map" : "An operator"} cannot be a part of a product.`;
    throw new BindingError("IPX8009", "", { what });
  }
  return materialSpace(material, batched);
}

function spaceOfValue(value: Value): Space {
  return value.kind === "array"
    ? { kind: "array", field: value.field, shape: value.shape }
    : { kind: "product", parts: value.parts.map(spaceOfValue) };
}

/**
 * Material as a value of the declared space; real data become complex where the space is. `made` are values that were
 * brought to the engine here, which the caller owns.
 */
export function materialise(
  operations: Operations,
  material: ArrayMaterial,
  space: Space,
  batched: boolean,
): { readonly value: Value; readonly made: readonly Value[] } {
  switch (material.kind) {
    case "host": {
      const real = upload(operations, material.array, batched);
      if (space.kind !== "array" || space.field === material.array.field)
        return { value: real, made: [real] };
      const value = operations.map("complex(x)", { x: real });
      operations.engine.dispose([real.handle]);
      return { value, made: [value] };
    }
    case "value": {
      const { value } = material;
      if (value.kind === "product" || space.kind !== "array" || space.field === value.field) {
        return { value, made: [] };
      }
      const complex = operations.map("complex(x)", { x: value });
      return { value: complex, made: [complex] };
    }
    case "parts": {
      const parts = material.parts.map((part, index) => {
        const inner = space.kind === "product" ? space.parts[index] : undefined;
        if (part.kind === "operator" || part.kind === "map" || inner === undefined)
          throw new RangeError("parts of another space");
        return materialise(operations, part, inner, batched);
      });
      return {
        value: operations.product(parts.map((part) => part.value)),
        made: parts.flatMap((part) => part.made),
      };
    }
  }
}

/** The arrays of the host among material. */
export function hostArraysOf(material: Material): readonly HostArray[] {
  switch (material.kind) {
    case "host":
      return [material.array];
    case "parts":
      return material.parts.flatMap(hostArraysOf);
    case "value":
    case "operator":
    case "map":
      return [];
  }
}
