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

/** The names that occur as what is called, or as P in `weights(P)`, in the order of the text. */
export function calledIn(item: Item): readonly OccurringName[] {
  const found: OccurringName[] = [];
  const add = (node: unknown): void => {
    if (isRecord(node) && (isName(node) || isIdentifier(node))) {
      found.push({ kind: "identifier", name: node.name, span: node.span });
    }
  };
  const pending: unknown[] = [item];
  while (pending.length > 0) {
    const node = pending.pop();
    if (Array.isArray(node)) pending.push(...(node as readonly unknown[]));
    else if (isRecord(node)) {
      if (node["kind"] === "call") {
        add(node["callee"]);
        for (const argument of argumentsOf(node)) add(argument);
      }
      if (node["kind"] === "namedType") add(node["argument"]);
      pending.push(...Object.values(node));
    }
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

/** What is written in `weights(...)`. */
function argumentsOf(call: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { callee, arguments: written } = call;
  if (!isRecord(callee) || callee["name"] !== "weights" || !Array.isArray(written)) return [];
  return written.map((argument: unknown) => (isRecord(argument) ? argument["value"] : null));
}

function isIdentifier(
  node: Readonly<Record<string, unknown>>,
): node is Readonly<Record<string, unknown>> & { readonly name: string; readonly span: Identifier["span"] } {
  return node["kind"] === "identifier" && typeof node["name"] === "string";
}

function isRecord(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === "object" && node !== null;
}

function isName(
  node: Readonly<Record<string, unknown>>,
): node is Readonly<Record<string, unknown>> & { readonly name: string; readonly span: Identifier["span"] } {
  return node["kind"] === "name" && typeof node["name"] === "string";
}
