/** The key of an entry in an object literal or type. */
export function propertyKey(name: string): string {
  return isIdentifier(name) ? name : JSON.stringify(name);
}

/** An entry of an object literal or pattern, in the short form where the key is the name. */
export function property(key: string, text: string): string {
  return key === text ? key : `${propertyKey(key)}: ${text}`;
}

/** An object literal or pattern. */
export function braces(entries: readonly string[]): string {
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** An entry of an object literal: its key, and the text of its value. */
export type Entry = readonly [key: string, text: string];

/** An object literal, in the short form where an entry has the name of its key. */
export function object(entries: readonly Entry[]): string {
  return braces(entries.map(([key, text]) => property(key, text)));
}

/** Data as a literal of TypeScript. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => `${propertyKey(key)}: ${literal(entry)}`);
    return braces(entries);
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Text that cannot end the comment in which it stands. */
export function commentText(text: string): string {
  return text.replaceAll("*/", "* /");
}

export function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name);
}
