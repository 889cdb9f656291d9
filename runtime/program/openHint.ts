import type { TypeDeclaration } from "./definition.ts";
import { openNames, type Dimensions } from "./unify.ts";

/** What to try where sizes are open: how they are bound, by each way in which a program is run. */
export function openSizesHint(sizes: readonly string[]): string {
  const options = sizes.map((size) => `--bind ${size}=...`).join(" ");
  const lines = sizes.map((size) => `${size} = ...`).join("` and `");
  const entries = sizes.map((size) => `${size}: ...`).join(", ");
  const what = sizes.length === 1 ? "the size" : "the sizes";
  return (
    `Bind ${what}: \`${options}\`; in an experiment, \`${lines}\` under [given]; ` +
    `in TypeScript, \`sizes: { ${entries} }\`.`
  );
}

/** What to try where a type has no shape yet: its open sizes are bound, or what lies in its open spaces. */
export function openTypeHint(type: TypeDeclaration, dimensions: Dimensions): string {
  const open = openNames(type, dimensions);
  const spaces = open.filter((name) => spacesOf(type).includes(name));
  const sizes = open.filter((name) => !spaces.includes(name));
  const [space] = spaces;
  const ofSpace =
    space === undefined
      ? []
      : [`The space \`${space}\` is known once data of it, or an operator of known size on it, are bound.`];
  return [...(sizes.length === 0 ? [] : [openSizesHint(sizes)]), ...ofSpace].join(" ");
}

/** Names as a phrase: `h` and `w`. */
export function namesText(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.at(-1) ?? "";
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(", ")} and ${last}`;
}

function spacesOf(type: TypeDeclaration): readonly string[] {
  switch (type.kind) {
    case "space":
      return [type.name];
    case "array":
      return [];
    case "product":
      return type.parts.flatMap(spacesOf);
    case "operator":
    case "map":
      return [...spacesOf(type.domain), ...spacesOf(type.codomain)];
  }
}
