import type { CstElement, CstNode, IToken } from "chevrotain";
import { hasLineBreak } from "./boundaries.ts";
import type { Fault } from "./faults.ts";
import { endOf, rangeOf } from "./scan.ts";
import {
  CloseBracket,
  CloseParenthesis,
  Comma,
  Equals,
  OpenBracket,
  OpenParenthesis,
  StringToken,
  wordTokens as word,
} from "./tokens.ts";

/** What the layout rules forbid in a text that parses, in order. */
export function layoutFaults(text: string, tree: CstNode, tokens: readonly IToken[]): readonly Fault[] {
  const faults: Fault[] = [...looseStrings(tokens)];
  const waiting: CstNode[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.name === "file") faults.push(...crowded(text, node.children["item"] ?? []));
    if (node.name === "members") faults.push(...crowded(text, withSemicolons(node, "member")));
    if (node.name === "block") faults.push(...crowded(text, withSemicolons(node, "statement")));
    if (node.name === "applied") faults.push(...strayPostfixes(text, node));
    for (const children of Object.values(node.children)) {
      for (const child of children) if (isNode(child)) waiting.push(child);
    }
  }
  return faults.sort((a, b) => a.start - b.start);
}

function isNode(element: CstElement): element is CstNode {
  return "children" in element;
}

function startOf(element: CstElement): number {
  return isNode(element) ? (element.location?.startOffset ?? 0) : element.startOffset;
}

function endOfElement(element: CstElement): number {
  return isNode(element) ? (element.location?.endOffset ?? 0) + 1 : endOf(element);
}

function withSemicolons(node: CstNode, rule: string): readonly CstElement[] {
  const elements = [...(node.children[rule] ?? []), ...(node.children["Semicolon"] ?? [])];
  return elements.sort((a, b) => startOf(a) - startOf(b));
}

/** Declarations that follow another one in the same line without `;`. */
function crowded(text: string, elements: readonly CstElement[]): readonly Fault[] {
  const faults: Fault[] = [];
  elements.forEach((element, index) => {
    const previous = elements[index - 1];
    if (previous === undefined || !isNode(previous) || !isNode(element)) return;
    const end = endOfElement(previous);
    const start = startOf(element);
    if (hasLineBreak(text, end, start)) return;
    const word = /^[^\s()[\]{}=<:;,]+/u.exec(text.slice(start, start + 80))?.[0] ?? "";
    faults.push({ kind: "sameLine", word, insertAt: end, start, end: start + word.length });
  });
  return faults;
}

/** Brackets and primes that stand on another line than the end of their operand. */
function strayPostfixes(text: string, node: CstNode): readonly Fault[] {
  const [primary] = node.children["primary"] ?? [];
  const faults: Fault[] = [];
  if (primary === undefined) return faults;
  let end = endOfElement(primary);
  for (const postfix of node.children["postfix"] ?? []) {
    const start = startOf(postfix);
    if (hasLineBreak(text, end, start)) {
      const operand = { start: startOf(primary), end };
      const written = text.slice(operand.start, end);
      const owner =
        written.length > 24 || /[\n\r]/u.test(written) ? `...${written.slice(-8).trim()}` : written;
      faults.push({ kind: "otherLine", sign: text.charAt(start), owner, operand, start, end: start + 1 });
      break;
    }
    end = endOfElement(postfix);
  }
  return faults;
}

const opensArgument = new Set([OpenParenthesis, OpenBracket, Comma, Equals]);
const closesArgument = new Set([CloseParenthesis, CloseBracket, Comma]);

/** Strings that are neither the file of an import or net, nor an argument by themselves. */
function looseStrings(tokens: readonly IToken[]): readonly Fault[] {
  return tokens
    .filter((token, index) => {
      if (token.tokenType !== StringToken) return false;
      const before = tokens[index - 1]?.tokenType;
      const after = tokens[index + 1]?.tokenType;
      if (before === word.from || before === word.file) return false;
      return !(before && opensArgument.has(before) && after && closesArgument.has(after));
    })
    .map((token) => ({ kind: "looseString", ...rangeOf(token) }));
}
