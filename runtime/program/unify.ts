import { sameSpace } from "../arrays/layout.ts";
import type { Space } from "../arrays/value.ts";
import { spaceText } from "../operators/spaces.ts";
import { BindingError } from "./bindingError.ts";
import type { TypeDeclaration } from "./definition.ts";
import {
  evaluateDimension,
  parseDimension,
  sizesOf,
  solveDimension,
  type DimensionTree,
} from "./dimension.ts";

/** The sizes and spaces of a program as far as they are known. */
export interface Dimensions {
  readonly sizes: ReadonlyMap<string, number>;
  readonly spaces: ReadonlyMap<string, Space>;
}

/** What a piece of data says: `declared`, the type of `name`, is `actual`. */
export interface Observation {
  readonly name: string;
  readonly declared: TypeDeclaration;
  readonly actual: Space;
}

/**
 * Solves sizes and spaces from data. An unknown size is solved where it occurs linearly and alone; all else is
 * checked. Observations are taken up again until nothing new is learned, so that their order does not matter.
 * @throws BindingError IPX8004, IPX8005, IPX8006 where the data contradict the declarations or one another.
 */
export function unify(known: Dimensions, observations: readonly Observation[]): Dimensions {
  const sizes = new Map(known.sizes);
  const spaces = new Map(known.spaces);
  let open = observations.flatMap((observation) => constraints(observation, spaces, []));
  for (let learned = true; learned;) {
    learned = false;
    open = open.filter((constraint) => {
      const answer = solveDimension(constraint.tree, constraint.extent, sizes);
      if (answer.kind === "solved") {
        sizes.set(answer.name, answer.value);
        learned = true;
      }
      if (answer.kind === "unequal" || answer.kind === "unsolvable") throw mismatch(constraint, sizes);
      return answer.kind === "open";
    });
  }
  return { sizes, spaces };
}

/** One axis: the dimension that is declared and the extent that is there. */
interface Constraint {
  readonly observation: Observation;
  readonly text: string;
  readonly tree: DimensionTree;
  readonly extent: number;
}

function constraints(
  observation: Observation,
  spaces: Map<string, Space>,
  path: readonly number[],
): readonly Constraint[] {
  const { name, declared, actual } = observation;
  switch (declared.kind) {
    case "space": {
      const bound = spaces.get(declared.name);
      if (bound === undefined) spaces.set(declared.name, actual);
      else if (!sameSpace(bound, actual)) throw otherSpace(name, declared.name, bound, actual);
      return [];
    }
    case "product": {
      if (actual.kind !== "product" || actual.parts.length !== declared.parts.length) {
        throw shapeError(observation);
      }
      return declared.parts.flatMap((part, index) => {
        const space = actual.parts[index];
        if (space === undefined) throw shapeError(observation);
        return constraints({ name, declared: part, actual: space }, spaces, [...path, index]);
      });
    }
    case "array": {
      if (actual.kind !== "array" || actual.shape.length !== declared.dimensions.length) {
        throw shapeError(observation);
      }
      if (declared.field === "real" && actual.field === "complex") throw fieldError(name);
      return declared.dimensions.map((text, axis) => ({
        observation,
        text,
        tree: parseDimension(text),
        extent: actual.shape[axis] ?? Number.NaN,
      }));
    }
    case "operator":
    case "map":
      throw shapeError(observation);
  }
}

/** The space of a declared type, or null where a size or a space of it is open. */
export function resolve(type: TypeDeclaration, known: Dimensions): Space | null {
  switch (type.kind) {
    case "space":
      return known.spaces.get(type.name) ?? null;
    case "array": {
      const shape = type.dimensions.map((text) => evaluateDimension(parseDimension(text), known.sizes));
      return shape.every(Number.isInteger) ? { kind: "array", field: type.field, shape } : null;
    }
    case "product": {
      const parts = type.parts.map((part) => resolve(part, known));
      return parts.every((part) => part !== null) ? { kind: "product", parts } : null;
    }
    case "operator":
    case "map":
      return null;
  }
}

/** The sizes and spaces that a declared type names and that are open. */
export function openNames(type: TypeDeclaration, known: Dimensions): readonly string[] {
  switch (type.kind) {
    case "space":
      return known.spaces.has(type.name) ? [] : [type.name];
    case "array":
      return type.dimensions
        .flatMap((text) => [...sizesOf(parseDimension(text))])
        .filter((name) => !known.sizes.has(name));
    case "product":
      return type.parts.flatMap((part) => openNames(part, known));
    case "operator":
    case "map":
      return [...openNames(type.domain, known), ...openNames(type.codomain, known)];
  }
}

/** A declared type as the language writes it. */
export function typeText(type: TypeDeclaration): string {
  switch (type.kind) {
    case "space":
      return type.name;
    case "array": {
      const letter = type.field === "real" ? "R" : "C";
      return type.dimensions.length === 0 ? letter : `${letter}[${type.dimensions.join(", ")}]`;
    }
    case "product":
      return `(${type.parts.map(typeText).join(", ")})`;
    case "operator":
      return `linear ${typeText(type.domain)} -> ${typeText(type.codomain)}`;
    case "map":
      return `${typeText(type.domain)} -> ${typeText(type.codomain)}`;
  }
}

function mismatch(
  { observation, text, extent }: Constraint,
  sizes: ReadonlyMap<string, number>,
): BindingError {
  const { name, declared, actual } = observation;
  const values = [...sizesOf(parseDimension(text))]
    .filter((size) => sizes.has(size))
    .map((size) => `${size} = ${sizes.get(size)}`);
  const given = values.length === 0 ? "" : ` with ${values.join(", ")}`;
  return new BindingError("IPX8004", name, {
    what: `\`${name}\` is declared ${typeText(declared)} and bound to data of ${spaceText(actual)}.`,
    why: `The axis \`${text}\` cannot be ${extent}${given}.`,
    hint: "Bind the size itself, or data of matching shapes.",
  });
}

function shapeError({ name, declared, actual }: Observation): BindingError {
  return new BindingError("IPX8004", name, {
    what: `\`${name}\` is declared ${typeText(declared)} and bound to data of ${spaceText(actual)}.`,
    why: "The number of axes or parts differs.",
  });
}

function otherSpace(name: string, space: string, bound: Space, actual: Space): BindingError {
  return new BindingError("IPX8005", name, {
    what: `\`${name}\` makes the space ${space} ${spaceText(actual)}, but it is ${spaceText(bound)} already.`,
    why: "All data of one space have one shape.",
  });
}

/** The error for complex data of a real declaration. */
export function fieldError(name: string): BindingError {
  return new BindingError("IPX8006", name, {
    what: `\`${name}\` is declared real and bound to complex data.`,
    why: "Complex numbers are never turned into real ones silently.",
    hint: "Declare it with C, or bind its real part.",
  });
}
