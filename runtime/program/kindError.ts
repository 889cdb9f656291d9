import { BindingError } from "./bindingError.ts";
import type { Material } from "./datum.ts";
import type { TypeDeclaration } from "./definition.ts";
import { typeText } from "./unify.ts";

const WORDS: { readonly [K in Material["kind"]]: string } = {
  host: "an array",
  value: "an array",
  parts: "a product",
  operator: "an operator",
  map: "a map",
};

/** The error for an array, an operator or a map where another of them is declared. */
export function kindError(name: string, type: TypeDeclaration, kind: Material["kind"]): BindingError {
  return new BindingError("IPX8009", name, {
    what: `\`${name}\` is declared ${typeText(type)} and bound to ${WORDS[kind]}.`,
  });
}
