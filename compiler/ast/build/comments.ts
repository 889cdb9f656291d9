import type { IToken } from "chevrotain";
import type { Span } from "../../source/span.ts";
import type { Comment, DocComment } from "../tree.ts";

/** The doc comments of a file, by the offset of what each documents, and all its comments. */
export interface Comments {
  readonly docs: ReadonlyMap<number, DocComment>;
  readonly all: readonly Comment[];
}

/** Sorts the comments of a text. Lines of `///` that stand together document what begins on the next line. */
export function readComments(file: string, text: string, tokens: readonly IToken[]): Comments {
  const all = tokens.map((token) => comment(file, token));
  const docs = new Map<number, DocComment>();
  let run: Comment[] = [];
  all.forEach((one, index) => {
    if (!isDocLine(text, one)) {
      run = [];
      return;
    }
    const previous = run[run.length - 1];
    if (previous !== undefined && !isNextLine(text, previous.span.end, one.span.start)) run = [];
    run.push(one);
    const next = all[index + 1];
    const target = nextText(text, one.span.end);
    if (target === null || next?.span.start === target) return;
    docs.set(target, docComment(file, run));
    run = [];
  });
  return { docs, all };
}

function comment(file: string, token: IToken): Comment {
  const span: Span = { file, start: token.startOffset, end: token.startOffset + token.image.length };
  return { kind: "comment", span, text: token.image.trimEnd() };
}

function isDocLine(text: string, { span, text: image }: Comment): boolean {
  if (!/^\/\/\/(?!\/)/u.test(image)) return false;
  const lineStart =
    Math.max(text.lastIndexOf("\n", span.start - 1), text.lastIndexOf("\r", span.start - 1)) + 1;
  return text.slice(lineStart, span.start).trim() === "";
}

function isNextLine(text: string, end: number, start: number): boolean {
  return /^[^\S\n\r]*(?:\r\n|\n|\r)[^\S\n\r]*$/u.test(text.slice(end, start));
}

/** Where the next line begins with something; null if it is blank. */
function nextText(text: string, end: number): number | null {
  const gap = /^[^\S\n\r]*(?:\r\n|\n|\r)[^\S\n\r]*(?=\S)/u.exec(text.slice(end, end + 1000));
  return gap === null ? null : end + gap[0].length;
}

function docComment(file: string, lines: readonly Comment[]): DocComment {
  const first = lines[0]?.span.start ?? 0;
  const last = lines[lines.length - 1]?.span.end ?? first;
  return {
    kind: "docComment",
    span: { file, start: first, end: last },
    lines: lines.map(({ text }) => text.replace(/^\/\/\/ ?/u, "")),
  };
}
