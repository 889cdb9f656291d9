import type { Bounds, Parameter, Property, Stage, Type, TypedName } from "../tree.ts";
import { pieces, position } from "./expressions.ts";
import { bracketed, commaSeparated, type Pieces } from "./pieces.ts";

/** Prints a type. */
export function typePieces<S extends Stage>(type: Type<S>): Pieces {
  switch (type.kind) {
    case "arrayType": {
      const dimensions = type.dimensions.map((dimension) => pieces(dimension, position.sum));
      const shape = dimensions.length === 0 ? [] : bracketed("[", commaSeparated(dimensions), "]");
      return [type.scalar, ...shape, ...boundPieces(type.bounds)];
    }
    case "namedType": {
      const argument = type.argument === null ? "" : `(${type.argument.name})`;
      return [type.name.name + argument, ...boundPieces(type.bounds)];
    }
    case "productType":
      return [
        ...bracketed("(", commaSeparated(type.entries.map(typePieces)), ")"),
        ...boundPieces(type.bounds),
      ];
    default:
      return [...domainPieces(type), " ", ...codomainPieces(type)];
  }
}

type MapTypeOf<S extends Stage> = Extract<Type<S>, { readonly codomain: unknown }>;

const mapWords = { operatorType: "linear ", netType: "net ", functionType: "" } as const;

/** Prints what stands before the arrow of a map's type. */
export function domainPieces<S extends Stage>(type: MapTypeOf<S>): Pieces {
  return [mapWords[type.kind], ...typePieces(type.domain)];
}

/** Prints the arrow of a map's type, and what stands behind it. */
export function codomainPieces<S extends Stage>(type: MapTypeOf<S>): Pieces {
  return ["-> ", ...typePieces(type.codomain)];
}

function boundPieces<S extends Stage>(bounds: Bounds<S> | null): Pieces {
  if (bounds === null) return [];
  if (bounds.kind === "set") return [" in ", ...pieces(bounds.expression, position.sum)];
  const ends = [pieces(bounds.low, position.sum), pieces(bounds.high, position.sum)];
  return [
    " in ",
    ...bracketed(bounds.lowOpen ? "(" : "[", commaSeparated(ends), bounds.highOpen ? ")" : "]"),
  ];
}

/** Prints `x : X`. */
export function typedNamePieces<S extends Stage>({ name, type }: TypedName<S>): Pieces {
  return [`${name.name} : `, ...typePieces(type)];
}

/** Prints the parameters in `[ ]`; nothing if there are none. */
export function parameterPieces<S extends Stage>(parameters: readonly Parameter<S>[]): Pieces {
  return parameters.length === 0 ? [] : bracketed("[", commaSeparated(parameters.map(parameter)), "]");
}

function parameter<S extends Stage>(one: Parameter<S>): Pieces {
  if (one.kind === "sizeParameter") {
    return [one.initial === null ? one.name.name : `${one.name.name} = ${one.initial.text}`];
  }
  return [`space ${one.name.name}${one.field === null ? "" : ` in ${one.field}`}`];
}

/** Prints ` with ...`; nothing if there are no properties. */
export function propertyPieces<S extends Stage>(properties: readonly Property<S>[]): Pieces {
  if (properties.length === 0) return [];
  return [{ flat: " ", rank: 0 }, "with ", ...commaSeparated(properties.map(property))];
}

function property<S extends Stage>({ name, comparison, bound }: Property<S>): Pieces {
  if (comparison === null || bound === null) return [name.name];
  return [`${name.name} ${comparison} `, ...pieces(bound, position.sum)];
}
