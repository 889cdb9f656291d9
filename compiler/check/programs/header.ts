import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Span } from "../../source/span.ts";
import { constant, name as nameDimension, namesOf } from "../../types/dimension.ts";
import type { Space } from "../../types/space.ts";
import { hasUnknowns, resolveDimension, resolveSpace } from "../../types/substitution.ts";
import { type Environment, report } from "../context.ts";
import { lookUp } from "../scope.ts";
import type { Callable, Header, HeaderValue, Instance } from "./instance.ts";

/** The unknown that stands for a name of the header while a call is checked. */
export function unknownOf(key: string, name: string): string {
  return `?${key}:${name}`;
}

/**
 * The header of a program as the types of what it is given make it; a name that they leave open has its default, else
 * what the caller declares by that name, else it stands for itself.
 */
export function solvedHeader(environment: Environment, callable: Callable, key: string): Header {
  const { substitution } = environment.run;
  const header = new Map<string, HeaderValue>();
  for (const parameter of callable.program.tree.parameters) {
    const { name } = parameter.name;
    const unknown = unknownOf(key, name);
    const found = lookUp(environment.scope, name)?.symbol.origin;
    if (parameter.kind === "spaceParameter") {
      const solved = resolveSpace(substitution, { kind: "named", name: unknown, field: "any" });
      const field = FIELDS[parameter.field ?? "any"];
      const own: Space = { kind: "named", name: foreign(callable, name), field };
      const space = !hasUnknowns(solved) ? solved : found?.kind === "space" ? found.space : own;
      if (hasUnknowns(solved)) substitution.spaces.set(unknown, space);
      header.set(name, { kind: "space", space });
      continue;
    }
    const solved = resolveDimension(substitution, nameDimension(unknown));
    const isOpen = namesOf(solved).some((size) => size.startsWith("?"));
    const initial = parameter.initial?.value ?? null;
    const declared =
      found?.kind === "size" ? (found.stands ?? nameDimension(name)) : nameDimension(foreign(callable, name));
    const otherwise = initial === null ? declared : constant(initial);
    if (isOpen) substitution.sizes.set(unknown, otherwise);
    header.set(name, { kind: "size", size: isOpen ? otherwise : solved });
  }
  return header;
}

const FIELDS = { R: "real", C: "complex", any: "any" } as const;

/** The name of a size or a space of the program that the caller knows nothing of. */
function foreign(callable: Callable, name: string): string {
  return `${callable.program.tree.name.name}.${name}`;
}

/** The program for a header; reported where there is none. */
export function instanceFor(
  environment: Environment,
  callable: Callable,
  header: Header,
  span: Span,
): Instance | null {
  const instance = callable.instantiate(header);
  const program = callable.program.tree.name.name;
  if (!("kind" in instance)) {
    environment.run.knowledge.instances.set(instance.symbol, instance);
    return instance;
  }
  if (instance.kind === "limit")
    report(environment, diagnose("IPX9001", span, { what: instance.what, hint: null }));
  else report(environment, diagnose("IPX2037", span, { program, message: instance.message }));
  return null;
}

/** The names of a space that are the callee's own, such as the size `n` of `weights(P)` where the caller has none. */
export function foreignNames(callable: Callable, space: Space): readonly string[] {
  const prefix = foreign(callable, "");
  const own = (name: string): readonly string[] =>
    name.startsWith(prefix) ? [name.slice(prefix.length)] : [];
  switch (space.kind) {
    case "array":
      return space.dimensions.flatMap((dimension) => namesOf(dimension).flatMap(own));
    case "named":
      return own(space.name);
    case "product":
      return space.parts.flatMap((part) => foreignNames(callable, part));
  }
}
