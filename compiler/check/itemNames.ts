import type { Identifier, Item } from "../ast/tree.ts";

/** A name that occurs in an item, with where. */
export type OccurringName = Pick<Identifier, "name" | "span" | "kind">;

/** All names that occur in the expressions of an item, but for those that it declares as arguments. */
export function namesIn(item: Item): readonly OccurringName[] {
  const found: OccurringName[] = [];
  const own = new Set<string>(
    item.kind === "fun" || item.kind === "net" ? item.arguments.map(({ name }) => name.name) : [],
  );
  const pending: unknown[] = [item];
  while (pending.length > 0) {
    const node = pending.pop();
    if (Array.isArray(node)) pending.push(...(node as readonly unknown[]));
    else if (isRecord(node)) {
      if (isName(node) && !own.has(node.name))
        found.push({ kind: "identifier", name: node.name, span: node.span });
      pending.push(...Object.values(node));
    }
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

function isRecord(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === "object" && node !== null;
}

function isName(
  node: Readonly<Record<string, unknown>>,
): node is Readonly<Record<string, unknown>> & { readonly name: string; readonly span: Identifier["span"] } {
  return node["kind"] === "name" && typeof node["name"] === "string";
}
