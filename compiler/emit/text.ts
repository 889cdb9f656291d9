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
  return typeof value === "string" ? JSON.stringify(value).replace(UNSEEN, escaped) : String(value);
}

/** Text that cannot end the comment in which it stands, nor look like other code; its lines stay lines. */
export function commentText(text: string): string {
  return text.replaceAll("*/", "* /").replace(UNSEEN, (each) => (each === "\n" ? each : escaped(each)));
}

/** Text of one line for a comment, such as the name of a file: line breaks are written as escapes, too. */
export function commentLine(text: string): string {
  return commentText(text).replaceAll("\n", escaped);
}

/** Control characters, line breaks, and marks that turn the direction of writing, so that text reads as it is not. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

export function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name);
}
