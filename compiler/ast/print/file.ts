import type { SourceFile } from "../../source/span.ts";
import type { File, Item, Net, Problem, Program, Stage } from "../tree.ts";
import { align } from "./align.ts";
import {
  asWritten,
  funLines,
  hasComments,
  headAndBlock,
  headLines,
  listLines,
  memberListLines,
} from "./blocks.ts";
import { pieces, position } from "./expressions.ts";
import { type Line, plainLine, writeLines } from "./lines.ts";
import { commaSeparated, type Pieces } from "./pieces.ts";
import { funHead, type Place } from "./simple.ts";
import { unwritten, writtenIn } from "./source.ts";
import { parameterPieces, typePieces } from "./types.ts";

/**
 * Prints a file. With the text from which it was parsed, blank lines, comments, blocks on one line and begun
 * alignments keep their place; parsing the result gives the same tree, and printing it again the same text.
 */
export function printFile<S extends Stage>(file: File<S>, source: SourceFile | null = null): string {
  const written = source === null ? unwritten : writtenIn(source.text, file.comments);
  const place: Place = { written, indent: 0 };
  const lines = listLines(place, [], file.items, [0, file.span.end], itemLines);
  return writeLines(align(source === null ? separated(file.items.length, lines) : lines));
}

/** Puts blank lines between items that were never written. */
function separated(items: number, lines: readonly Line[]): readonly Line[] {
  if (items < 2) return lines;
  return lines.map((line, index) => {
    const previous = lines[index - 1];
    const begins = line.indent === 0 && previous !== undefined && previous.head[0] === "}";
    return begins ? { ...line, spaced: true } : line;
  });
}

function itemLines<S extends Stage>(place: Place, item: Item<S>): readonly Line[] {
  switch (item.kind) {
    case "fun":
      return funLines(place, item);
    case "net":
      return netLines(place, item);
    case "program":
    case "problem":
      return programLines(place, item);
    case "programFor":
    case "import":
      return hasComments(place, item.span) ? asWritten(place, item.span) : [shortItem(place, item)];
  }
}

function shortItem<S extends Stage>(
  place: Place,
  item: Extract<Item<S>, { readonly kind: "import" | "programFor" }>,
): Line {
  if (item.kind === "import") {
    const names = item.names.map(({ name }) => [name]);
    return plainLine(place.indent, ["import ", ...commaSeparated(names), ` from "${item.path}"`]);
  }
  return {
    ...plainLine(place.indent, [`program ${item.name.name}`]),
    cells: [{ key: "sign", pieces: [`= ${item.method.name} for ${item.problem.name}`], padded: false }],
    family: "programFor",
  };
}

function netLines<S extends Stage>(place: Place, net: Net<S>): readonly Line[] {
  const head: Pieces = ["net ", ...funHead(net), " -> ", ...typePieces(net.result)];
  if (net.body.kind === "block") return headAndBlock(place, net.span.start, head, net.body);
  if (hasComments(place, net.span)) return asWritten(place, net.span);
  return [plainLine(place.indent, [...head, ` = file "${net.body.path}"`])];
}

function programLines<S extends Stage>(place: Place, item: Program<S> | Problem<S>): readonly Line[] {
  const conditions = item.conditions.map((condition) => pieces(condition, position.comparison));
  const where: Pieces = conditions.length === 0 ? [] : [" where ", ...commaSeparated(conditions)];
  const head: Pieces = [`${item.kind} ${item.name.name}`, ...parameterPieces(item.parameters), ...where];
  const open = openingBrace(place, item);
  const lines = headLines(place, item.span.start, head, open);
  return memberListLines(place, lines, item.members, [open + 1, item.span.end]);
}

/** Where the members begin: behind the head, at the first brace that is in no comment. */
function openingBrace<S extends Stage>({ written }: Place, item: Program<S> | Problem<S>): number {
  const nodes = [item.name, ...item.parameters, ...item.conditions];
  let offset = Math.max(...nodes.map(({ span }) => span.end));
  for (;;) {
    const found = /\{|\/\//u.exec(written.slice(offset, item.span.end));
    if (found === null) return offset;
    if (found[0] === "{") return offset + found.index;
    const comment = /[\n\r]/u.exec(written.slice(offset + found.index, item.span.end));
    if (comment === null) return offset;
    offset += found.index + comment.index;
  }
}
