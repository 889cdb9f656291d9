import { sameSpace } from "../arrays/layout.ts";
import type { GivenMap } from "../arrays/givenMap.ts";
import { spaceText } from "../operators/spaces.ts";
import { BindingError } from "./bindingError.ts";
import type { Material } from "./datum.ts";
import type { Known, ProgramDefinition, TypeDeclaration } from "./definition.ts";
import { kindError } from "./kindError.ts";
import { resolve, typeText, type Dimensions, type Observation } from "./unify.ts";

type MapType = Extract<TypeDeclaration, { kind: "map" }>;

/** What a map says about the spaces of its declaration: nothing, if it acts on several. */
export function observeMap(name: string, type: MapType, material: Material): readonly Observation[] {
  if (material.kind !== "map") throw kindError(name, type, material.kind);
  const { domain } = material.map;
  if (domain === null) return [];
  const codomain = material.map.image(domain);
  return [
    { name, declared: type.domain, actual: domain },
    ...(codomain === null ? [] : [{ name, declared: type.codomain, actual: codomain }]),
  ];
}

/**
 * The map of a declaration, checked on its spaces as far as they are known.
 * @throws BindingError IPX8009 for what is no map, IPX8004 for a map between other spaces
 */
export function bindMap(name: string, type: MapType, material: Material, dimensions: Dimensions): GivenMap {
  if (material.kind !== "map") throw kindError(name, type, material.kind);
  requireSpaces(name, type, material.map, dimensions);
  return material.map;
}

/**
 * Checks the maps among the givens once more where only inputs fix their spaces.
 * @throws BindingError IPX8004
 */
export function requireMaps({ givens }: ProgramDefinition, known: Known, dimensions: Dimensions): void {
  for (const { name, type } of givens) {
    const bound = known[name];
    if (type.kind !== "map" || typeof bound !== "object" || bound.kind !== "map") continue;
    requireSpaces(name, type, bound, dimensions);
  }
}

function requireSpaces(name: string, type: MapType, map: GivenMap, dimensions: Dimensions): void {
  const domain = resolve(type.domain, dimensions);
  const codomain = resolve(type.codomain, dimensions);
  if (domain === null || codomain === null) return;
  const image = map.image(domain);
  if (image !== null && sameSpace(image, codomain)) return;
  throw new BindingError("IPX8004", name, {
    what: `\`${name}\` is declared ${typeText(type)} and bound to ${map.text}.`,
    why:
      image === null
        ? `That does not act on ${spaceText(domain)}.`
        : `That gives ${spaceText(image)} at ${spaceText(domain)}, where ${spaceText(codomain)} is declared.`,
    hint: "Bind a map between these spaces, or other sizes.",
  });
}
