import type { TypeDeclaration } from "../../runtime/program/definition.ts";
import type { VariableType } from "../ir/block.ts";
import { text } from "../types/dimension.ts";
import type { Element, Space } from "../types/space.ts";

/** The field in which entries are stored. */
export function fieldOf(element: Element): "real" | "complex" {
  return element === "complex" ? "complex" : "real";
}

/** A space as definitions declare it. */
export function spaceDeclaration(space: Space): TypeDeclaration {
  switch (space.kind) {
    case "array":
      return { kind: "array", field: fieldOf(space.element), dimensions: space.dimensions.map(text) };
    case "named":
      return { kind: "space", name: space.name };
    case "product":
      return { kind: "product", parts: space.parts.map(spaceDeclaration) };
  }
}

/** The type of a declared name as definitions state it. */
export function typeDeclaration(type: VariableType): TypeDeclaration {
  switch (type.kind) {
    case "value":
      return spaceDeclaration(type.space);
    case "operator":
    case "map":
      return {
        kind: type.kind,
        domain: spaceDeclaration(type.domain),
        codomain: spaceDeclaration(type.codomain),
      };
    case "trace":
      throw new Error("a trace is never declared");
  }
}
