import type { Span } from "../../source/span.ts";
import type { Block, Declared, Expression, If, Member, Stage, Statement } from "../tree.ts";
import { pieces, position } from "./expressions.ts";
import { commentLine, type Line, plainLine } from "./lines.ts";
import { flat, lineWidth, type Pieces } from "./pieces.ts";
import { funHead, type Place, type Simple, simpleLine } from "./simple.ts";
import { typePieces } from "./types.ts";

const indentation = 2;

/** The place of what stands within. */
function within(place: Place): Place {
  return { ...place, indent: place.indent + indentation };
}

/**
 * Prints a list of declarations with the comments between them, behind the lines that come before.
 * `start` and `end` are the offsets between which the list stands.
 */
export function listLines<T extends Declared>(
  place: Place,
  before: readonly Line[],
  list: readonly T[],
  [start, end]: readonly [number, number],
  print: (place: Place, element: T) => readonly Line[],
): readonly Line[] {
  const lines: Line[] = [...before];
  let last = start;
  const comments = (until: number): void => {
    for (const comment of place.written.comments(last, until)) {
      addComment(place, lines, comment, last);
      last = comment.span.end;
    }
  };
  for (const element of list) {
    const first = element.doc?.span.start ?? element.span.start;
    comments(first);
    const spaced = lines.length > before.length && place.written.blankLine(last, first);
    const docs = (element.doc?.lines ?? []).map((line) => plainLine(place.indent, [`/// ${line}`.trimEnd()]));
    const [head, ...rest] = [...docs, ...print(place, element)];
    if (head !== undefined) lines.push({ ...head, spaced }, ...rest);
    last = element.span.end;
  }
  comments(end);
  return lines;
}

function addComment(
  place: Place,
  lines: Line[],
  comment: Parameters<typeof commentLine>[1],
  last: number,
): void {
  const behind = lines[lines.length - 1];
  if (behind !== undefined && behind.trailing === null && !place.written.breaks(last, comment.span.start)) {
    const gap = place.written.column(comment.span.start) - place.written.column(last);
    const column = gap < 2 ? null : place.written.column(comment.span.start);
    lines[lines.length - 1] = { ...behind, trailing: { text: comment.text, column } };
    return;
  }
  const spaced = lines.length > 0 && place.written.blankLine(last, comment.span.start);
  lines.push({ ...commentLine(place.indent, comment), spaced });
}

/** Whether comments stand in a part that has no lines of its own. */
export function hasComments({ written }: Place, { start, end }: Pick<Span, "start" | "end">): boolean {
  return written.comments(start, end).length > 0;
}

/** A part as it was written, moved to its place: for parts with comments within. */
export function asWritten(
  { written, indent }: Place,
  { start, end }: Pick<Span, "start" | "end">,
): readonly Line[] {
  const shift = indent - written.column(start);
  const [first = "", ...rest] = written.slice(start, end).split(/\r\n|\n|\r/u);
  const moved = rest.map((line) => {
    const blanks = /^\s*/u.exec(line)?.[0].length ?? 0;
    return plainLine(0, [" ".repeat(Math.max(0, blanks + shift)) + line.trim()]);
  });
  return [plainLine(indent, [first.trimEnd()]), ...moved];
}

/** Prints a declaration or statement without a block. */
function simpleLines<S extends Stage>(place: Place, node: Simple<S>): readonly Line[] {
  return hasComments(place, node.span) ? asWritten(place, node.span) : [simpleLine(place, node)];
}

/** Prints a head and the block behind it. The head begins at `start`. */
export function headAndBlock<S extends Stage>(
  place: Place,
  start: number,
  head: Pieces,
  block: Block<S>,
): readonly Line[] {
  const inline = inlineBlock(place, block);
  if (inline !== null && !hasComments(place, { start, end: block.span.start })) {
    const line = plainLine(place.indent, [...head, " ", ...inline]);
    if (place.indent + flat(line.head).length <= lineWidth) return [line];
  }
  return blockLines(place, headLines(place, start, head, block.span.start), block);
}

/** Prints a head that ends with `{`. */
export function headLines(place: Place, start: number, head: Pieces, open: number): readonly Line[] {
  if (hasComments(place, { start, end: open })) return asWritten(place, { start, end: open + 1 });
  return [plainLine(place.indent, [...head, " {"])];
}

function blockLines<S extends Stage>(place: Place, head: readonly Line[], block: Block<S>): readonly Line[] {
  const range = [block.span.start + 1, block.span.end] as const;
  return closed(place, head, listLines(within(place), head, block.statements, range, statementLines));
}

/** Closes a block; `{ }` if there is nothing in it. */
function closed(place: Place, head: readonly Line[], lines: readonly Line[]): readonly Line[] {
  const last = head[head.length - 1];
  if (lines.length === head.length && last !== undefined && lines[lines.length - 1]?.trailing === null) {
    return [...head.slice(0, -1), { ...last, tail: [...last.tail, " }"] }];
  }
  return [...lines, plainLine(place.indent, ["}"])];
}

/** Prints what is within the braces of a program or problem. */
export function memberListLines<S extends Stage>(
  place: Place,
  head: readonly Line[],
  members: readonly Member<S>[],
  range: readonly [number, number],
): readonly Line[] {
  return closed(place, head, listLines(within(place), head, members, range, memberLines));
}

function memberLines<S extends Stage>(place: Place, member: Member<S>): readonly Line[] {
  if (member.kind === "step") {
    const head = member.counter === null ? "step" : `step ${member.counter.name}`;
    return headAndBlock(place, member.span.start, [head], member.body);
  }
  if (member.kind === "fun") return funLines(place, member);
  return simpleLines(place, member);
}

/** Prints a function. */
export function funLines<S extends Stage>(
  place: Place,
  node: Extract<Statement<S>, { readonly kind: "fun" }>,
): readonly Line[] {
  const { body, result } = node;
  if (body.kind !== "block") return simpleLines(place, { ...node, body });
  return headAndBlock(place, node.span.start, funWithResult(node, result), body);
}

function funWithResult<S extends Stage>(
  node: Extract<Statement<S>, { readonly kind: "fun" }>,
  result: (typeof node)["result"],
): Pieces {
  return ["fun ", ...funHead(node), ...(result === null ? [] : [" -> ", ...typePieces(result)])];
}

/** Prints a statement. */
function statementLines<S extends Stage>(place: Place, statement: Statement<S>): readonly Line[] {
  switch (statement.kind) {
    case "fun":
      return funLines(place, statement);
    case "if":
      return ifLines(place, statement);
    case "while":
    case "repeat":
      return headAndBlock(place, statement.span.start, loopHead(statement), statement.body);
    default:
      return simpleLines(place, statement);
  }
}

function loopHead<S extends Stage>(
  loop: Extract<Statement<S>, { readonly kind: "while" | "repeat" }>,
): Pieces {
  if (loop.kind === "repeat") return ["repeat ", ...pieces(loop.count, position.sum)];
  return ["while ", ...pieces(loop.condition), " max ", ...pieces(loop.max, position.sum)];
}

/** A block on one line, if it was written so; null otherwise. */
function inlineBlock<S extends Stage>(place: Place, block: Block<S>): Pieces | null {
  if (place.written.breaks(block.span.start, block.span.end)) return null;
  if (block.statements.length === 0) return ["{ }"];
  const parts: Pieces[] = [];
  for (const statement of block.statements) {
    if (statement.doc !== null) return null;
    const part = inlineStatement(place, statement);
    if (part === null) return null;
    parts.push(part);
  }
  return ["{ ", ...parts.flatMap((part, index) => (index === 0 ? part : ["; ", ...part])), " }"];
}

function inlineStatement<S extends Stage>(place: Place, statement: Statement<S>): Pieces | null {
  switch (statement.kind) {
    case "while":
    case "repeat":
      return behind([...loopHead(statement), " "], inlineBlock(place, statement.body));
    case "if":
      return inlineIf(place, statement);
    case "fun": {
      const { body, result } = statement;
      if (body.kind === "block") {
        return behind([...funWithResult(statement, result), " "], inlineBlock(place, body));
      }
      return onOneLine(simpleLine(place, { ...statement, body }));
    }
    default:
      return onOneLine(simpleLine(place, statement));
  }
}

function behind(head: Pieces, block: Pieces | null): Pieces | null {
  return block === null ? null : [...head, ...block];
}

function onOneLine({ head, cells, tail }: Line): Pieces {
  const parts = cells.map((cell) => cell.pieces).filter((cell) => cell.length > 0);
  return [...head, ...parts.flatMap((part) => [" ", ...part]), ...tail];
}

function ifHead<S extends Stage>(condition: Expression<S>): Pieces {
  return ["if ", ...pieces(condition), " "];
}

function inlineIf<S extends Stage>(place: Place, node: If<S>): Pieces | null {
  const consequent = behind(ifHead(node.condition), inlineBlock(place, node.consequent));
  if (consequent === null || node.alternative === null) return consequent;
  const { alternative } = node;
  const otherwise =
    alternative.kind === "if" ? inlineIf(place, alternative) : inlineBlock(place, alternative);
  return otherwise === null ? null : [...consequent, " else ", ...otherwise];
}

/** Prints `if`; an `else` behind a block on one line stays on the line on which it was written. */
function ifLines<S extends Stage>(place: Place, node: If<S>): readonly Line[] {
  if (hasCommentsBetween(place, node)) return asWritten(place, node.span);
  const whole = place.written.breaks(node.span.start, node.span.end) ? null : inlineIf(place, node);
  if (whole !== null && place.indent + flat(whole).length <= lineWidth)
    return [plainLine(place.indent, whole)];
  const lines: Line[] = [];
  const add = (head: Pieces, block: Block<S>): void => addBranch(place, lines, head, block);
  let branch: If<S> = node;
  add(["if ", ...pieces(branch.condition)], branch.consequent);
  while (branch.alternative?.kind === "if") {
    branch = branch.alternative;
    add(["else if ", ...pieces(branch.condition)], branch.consequent);
  }
  if (branch.alternative !== null) add(["else"], branch.alternative);
  return lines;
}

/** Adds a branch: behind a `}` that stands alone, else on a line of its own. */
function addBranch<S extends Stage>(place: Place, lines: Line[], head: Pieces, block: Block<S>): void {
  const last = lines[lines.length - 1];
  const alone = last !== undefined && flat(last.head) === "}";
  const joined: Pieces = alone ? ["} ", ...head] : head;
  const inline = alone ? null : inlineBlock(place, block);
  if (alone) lines.pop();
  const line = inline === null ? null : plainLine(place.indent, [...head, " ", ...inline]);
  if (line !== null && place.indent + flat(line.head).length <= lineWidth) lines.push(line);
  else lines.push(...blockLines(place, [plainLine(place.indent, [...joined, " {"])], block));
}

function hasCommentsBetween<S extends Stage>(place: Place, node: If<S>): boolean {
  if (hasComments(place, { start: node.span.start, end: node.consequent.span.start })) return true;
  const { alternative } = node;
  if (alternative === null) return false;
  if (hasComments(place, { start: node.consequent.span.end, end: alternative.span.start })) return true;
  return alternative.kind === "if" && hasCommentsBetween(place, alternative);
}
