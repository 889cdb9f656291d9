import type { CstNode, IToken, TokenType } from "chevrotain";
import {
  declarationEnd,
  declarationStart,
  hasLineBreak,
  indexAt,
  type Layout,
  layoutOf,
} from "./boundaries.ts";
import { matchBrackets } from "./brackets.ts";
import { classify, isBetweenDeclarations, type Stop, stopOf } from "./classify.ts";
import type { ExpressionCstNode, FileCstNode } from "./cst.ts";
import type { Fault, Range } from "./faults.ts";
import { layoutFaults } from "./layout.ts";
import { nestingFault } from "./nesting.ts";
import { Grammar } from "./parser.ts";
import { endOf, rangeOf, scan, substitute } from "./scan.ts";
import { Comma, Name, OpenParenthesis, wordTokens as word } from "./tokens.ts";

/** A name that stands in a declaration which could not be read. */
export interface LostName extends Range {
  readonly image: string;
}

/** A stretch that the parser left out, and the names that would have been declared there. */
export interface Broken extends Range {
  /** what it declares */
  readonly names: readonly LostName[];
  /** all names that stand in it */
  readonly mentioned: readonly string[];
}

/** What the grammar makes of a text. `tree` is null only if nothing could be read. */
export interface ParsedText<Tree> {
  readonly tree: Tree | null;
  readonly comments: readonly IToken[];
  readonly faults: readonly Fault[];
  readonly broken: readonly Broken[];
}

/** How many faults of one file are reported. */
const faultLimit = 25;

let shared: Grammar | null = null;

function grammar(): Grammar {
  return (shared ??= new Grammar());
}

/** Parses a file. One fault a declaration; the parser goes on at the next one. Never throws. */
export function parseFileText(text: string): ParsedText<FileCstNode> {
  return parseWith(text, { rule: "file", parse: (parser) => parser.file() as FileCstNode });
}

/** Parses a binding, an expression alone; there `output` is a name: it stands for what a program gives. Never throws. */
export function parseBindingText(text: string): ParsedText<ExpressionCstNode> {
  const parse = (parser: Grammar): ExpressionCstNode | undefined => {
    const node: CstNode | undefined = parser.binding();
    return node?.children["expression"]?.[0] as ExpressionCstNode | undefined;
  };
  return parseWith(text, { rule: "binding", parse, names: [word.output] });
}

/** A rule from which a text is parsed. */
interface Entry<Tree> {
  readonly rule: string;
  readonly parse: (parser: Grammar) => Tree | undefined;
  /** words that are names here */
  readonly names?: readonly TokenType[];
}

function parseWith<Tree extends CstNode>(text: string, entry: Entry<Tree>): ParsedText<Tree> {
  const { tokens: scanned, comments, faults } = scan(text);
  const tokens = scanned.map((token) =>
    entry.names?.includes(token.tokenType) === true ? substitute(Name, token.image, rangeOf(token)) : token,
  );
  const nesting = nestingFault(tokens);
  if (nesting !== null) return { tree: null, comments, faults: [nesting], broken: [] };
  const matched = matchBrackets(text, tokens);
  const report = new Report(layoutOf(text, matched.tokens), matched.silenced);
  for (const fault of [...faults, ...matched.faults]) report.addFirst(fault);
  const { tree, broken, rest } = readAll(text, matched.tokens, entry, report);
  if (tree !== null) {
    for (const fault of layoutFaults(text, tree, rest)) report.add(fault, fault.start);
  }
  return { tree, comments, faults: report.faults(text), broken };
}

/** The place whose declaration a fault belongs to. */
function anchorOf(fault: Fault): number {
  return fault.kind === "unclosed" ? fault.opened.start : fault.start;
}

/** Collects faults: those of single signs, and one a declaration of the others. */
class Report {
  readonly #layout: Layout;
  readonly #silenced: readonly Range[];
  readonly #faults: Fault[] = [];
  readonly #declarations = new Set<number>();

  constructor(layout: Layout, silenced: readonly Range[]) {
    this.#layout = layout;
    this.#silenced = silenced;
  }

  /** Adds a fault that follows from no other one. */
  addFirst(fault: Fault): void {
    const anchor = anchorOf(fault);
    if (fault.kind !== "unclosed" && this.#isSilenced(anchor)) return;
    this.#declarations.add(this.#declarationAt(anchor));
    this.#faults.push(fault);
  }

  /** Adds a fault of the declaration at the offset, unless that one has a fault or is silenced. */
  add(fault: Fault, anchor: number): void {
    const declaration = this.#declarationAt(anchor);
    if (this.#isSilenced(anchor) || this.#declarations.has(declaration)) return;
    this.#declarations.add(declaration);
    this.#faults.push(fault);
  }

  #isSilenced(anchor: number): boolean {
    return this.#silenced.some(({ start, end }) => start <= anchor && anchor < end);
  }

  #declarationAt(anchor: number): number {
    return declarationStart(this.#layout, Math.max(0, indexAt(this.#layout.tokens, anchor + 1) - 1));
  }

  /** The faults in order; of those on one line the first, as the others mostly follow from it. */
  faults(text: string): readonly Fault[] {
    const kept: Fault[] = [];
    for (const fault of this.#faults.toSorted((a, b) => a.start - b.start)) {
      const last = kept[kept.length - 1];
      if (last === undefined || hasLineBreak(text, last.start, fault.start)) kept.push(fault);
    }
    return kept.slice(0, faultLimit);
  }

  isFull(): boolean {
    return this.#faults.length >= faultLimit;
  }
}

interface Reading<Tree> {
  readonly tree: Tree | null;
  readonly broken: readonly Broken[];
  /** The tokens that were read in the end. */
  readonly rest: readonly IToken[];
}

/** Parses; where that fails, leaves the faulty declaration out and parses again. */
function readAll<Tree extends CstNode>(
  text: string,
  tokens: readonly IToken[],
  entry: Entry<Tree>,
  report: Report,
): Reading<Tree> {
  const parser = grammar();
  const broken: Broken[] = [];
  let current = tokens;
  for (;;) {
    parser.input = [...current];
    const tree = entry.parse(parser);
    const [error] = parser.errors;
    if (error === undefined) return { tree: tree ?? null, broken, rest: current };
    const stop = stopOf(error, text, layoutOf(text, current), entry.rule);
    const fault = classify(stop);
    const [start, end] = faultyTokens(stop, fault);
    const first = current[Math.min(start, current.length - 1)];
    report.add(fault, first?.startOffset ?? 0);
    if (start >= end || report.isFull()) return { tree: null, broken, rest: current };
    broken.push(brokenAt(current.slice(start, end)));
    current = [...current.slice(0, start), ...current.slice(end)];
  }
}

/** The tokens, from and to, of the declaration in which the parser stopped. */
function faultyTokens(stop: Stop, fault: Fault): readonly [number, number] {
  const { layout, index } = stop;
  const ownBeginning =
    isBetweenDeclarations(stop) && index < layout.tokens.length && fault.kind !== "sideBySide";
  const beginsNext = layout.boundary[index] === true;
  const start =
    fault.kind === "noDeclaration"
      ? indexAt(layout.tokens, fault.start)
      : ownBeginning
        ? index
        : declarationStart(layout, beginsNext ? index - 1 : index);
  const end = declarationEnd(layout, start, index);
  const goesOn =
    fault.kind === "noDeclaration" && layout.boundary[end] === true && layout.firstOnLine[end] === false;
  return [start, goesOn ? declarationEnd(layout, start, end + 1) : end];
}

const declaringWords = new Set([
  word.given,
  word.input,
  word.learn,
  word.state,
  word.let,
  word.var,
  word.fun,
  word.net,
  word.program,
  word.problem,
  word.draw,
  word.report,
  word.import,
  word.step,
]);

function brokenAt(tokens: readonly IToken[]): Broken {
  const [first] = tokens;
  const last = tokens[tokens.length - 1];
  const names = tokens.flatMap((token, index) =>
    declaringWords.has(token.tokenType) ? namesBehind(tokens, index) : [],
  );
  const mentioned = tokens.filter(({ tokenType }) => tokenType === Name).map(({ image }) => image);
  return { start: first?.startOffset ?? 0, end: last === undefined ? 0 : endOf(last), names, mentioned };
}

/** The names that a word declares: one, or several between commas. */
function namesBehind(tokens: readonly IToken[], index: number): readonly LostName[] {
  const names: LostName[] = [];
  for (let place = index + 1; place < tokens.length; place += 1) {
    const token = tokens[place];
    const listed = token?.tokenType === Comma || (token?.tokenType === OpenParenthesis && names.length === 0);
    if (token?.tokenType === Name && tokens[place - 1]?.tokenType !== Name) {
      names.push({ image: token.image, start: token.startOffset, end: endOf(token) });
    } else if (!listed) break;
  }
  return names;
}
