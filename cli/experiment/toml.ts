import { type AST, getStaticTOMLValue, ParseError, parseTOML } from "toml-eslint-parser";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { SourceFile, Span } from "../../compiler/source/span.ts";
import { Failure } from "../failure.ts";

/** The way to an entry of a TOML file: keys of tables and indices of arrays. */
export type Path = readonly PropertyKey[];

/** A TOML file: its contents, and where they stand. */
export interface TomlFile {
  readonly source: SourceFile;
  readonly value: unknown;
  /** the place of an entry's value; of the nearest entry around it where it is missing */
  readonly valueSpan: (path: Path) => Span;
  /** the place of an entry's key */
  readonly keySpan: (path: Path) => Span;
  /** where the text of a string begins, for strings without escapes; else null */
  readonly textOffset: (path: Path) => number | null;
}

interface Place {
  readonly key: Span;
  readonly value: Span;
  readonly node: AST.TOMLContentNode | null;
}

/**
 * Reads TOML with positions.
 * @throws Failure IPX8501
 */
export function readToml(source: SourceFile): TomlFile {
  const tree = parsed(source);
  const places = new Map<string, Place>();
  const span = ([start, end]: readonly [number, number]): Span => ({ file: source.path, start, end });
  const note = (
    path: Path,
    key: AST.TOMLNode,
    value: AST.TOMLNode,
    node: AST.TOMLContentNode | null,
  ): void => {
    places.set(nameOf(path), { key: span(key.range), value: span(value.range), node });
  };
  const visitValue = (path: Path, key: AST.TOMLNode, value: AST.TOMLContentNode): void => {
    note(path, key, value, value);
    if (value.type === "TOMLArray") {
      for (const [index, element] of value.elements.entries()) visitValue([...path, index], element, element);
    }
    if (value.type === "TOMLInlineTable") for (const entry of value.body) visitEntry(path, entry);
  };
  const visitEntry = (path: Path, { key, value }: AST.TOMLKeyValue): void => {
    const own = [...path, ...getStaticTOMLValue(key)];
    visitValue(own, key, value);
  };
  for (const part of tree.body[0].body) {
    if (part.type === "TOMLKeyValue") {
      visitEntry([], part);
      continue;
    }
    note(part.resolvedKey, part.key, part.key, null);
    for (const entry of part.body) visitEntry(part.resolvedKey, entry);
  }
  const at = (path: Path): Place => {
    for (let length = path.length; length > 0; length--) {
      const place = places.get(nameOf(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    const start = span([0, 0]);
    return { key: start, value: start, node: null };
  };
  return {
    source,
    value: getStaticTOMLValue(tree),
    valueSpan: (path) => at(path).value,
    keySpan: (path) => at(path).key,
    textOffset: (path) => textOffset(source.text, at(path).node),
  };
}

function parsed(source: SourceFile): AST.TOMLProgram {
  try {
    return parseTOML(source.text, { tomlVersion: "1.0" });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const start = Math.min(error.index, source.text.length);
    const why = error.message.replace(/\.$/u, "");
    throw new Failure(
      [diagnose("IPX8501", { file: source.path, start, end: start + 1 }, { why: lowered(why) })],
      2,
    );
  }
}

function lowered(text: string): string {
  return `${text[0]?.toLowerCase() ?? ""}${text.slice(1)}`;
}

function nameOf(path: Path): string {
  return JSON.stringify(path.map(String));
}

function textOffset(text: string, node: AST.TOMLContentNode | null): number | null {
  if (node?.type !== "TOMLValue" || node.kind !== "string" || node.multiline) return null;
  const [start, end] = node.range;
  return text.slice(start + 1, end - 1) === node.value ? start + 1 : null;
}
