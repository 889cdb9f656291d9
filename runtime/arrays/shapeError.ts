import { shapeText } from "../engine/shape.ts";
import { type Space, spaceOf, type Value } from "./value.ts";

/** Values that an operation cannot take: names the operation and their spaces. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
  readonly operation: string;
  readonly spaces: readonly Space[];
  constructor(operation: string, values: readonly (Value | Space)[], reason: string) {
    const spaces = values.map(toSpace);
    super(`${operation}: ${reason}: ${values.map(describe).join(" and ")}`);
    this.operation = operation;
    this.spaces = spaces;
  }
}

function toSpace(value: Value | Space): Space {
  if (value.kind === "array") return "handle" in value ? spaceOf(value) : value;
  return { kind: "product", parts: value.parts.map(toSpace) };
}

function describe(value: Value | Space): string {
  if (value.kind === "product") return `(${value.parts.map(describe).join(", ")})`;
  const batch = "batch" in value && value.batch !== null ? ` x ${value.batch} samples` : "";
  return `${value.field} ${shapeText(value.shape)}${batch}`;
}
