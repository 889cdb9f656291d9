import type { CstNode, IToken } from "chevrotain";
import type { Span } from "../../source/span.ts";
import type { DocComment, Identifier, Parsed } from "../tree.ts";

/** What the builder needs beside the tree: the file's name, and the doc comments by the place that they document. */
export interface Context {
  readonly file: string;
  readonly docs: ReadonlyMap<number, DocComment>;
  /** Called for each doc comment that a declaration takes. */
  readonly claim: (doc: DocComment) => void;
}

/** The notes of a parsed expression. */
export const unnoted: { readonly note: Parsed["expression"] } = { note: null };

/** The place of a node. */
export function spanOf(context: Context, node: CstNode): Span {
  const { startOffset = 0, endOffset = startOffset - 1 } = node.location ?? {};
  return { file: context.file, start: startOffset, end: (endOffset ?? startOffset - 1) + 1 };
}

/** The place of a token. */
export function tokenSpan(context: Context, token: IToken): Span {
  return {
    file: context.file,
    start: token.startOffset,
    end: (token.endOffset ?? token.startOffset - 1) + 1,
  };
}

/** The identifier that a token is. */
export function identifier(context: Context, token: IToken): Identifier {
  return { kind: "identifier", name: token.image.normalize("NFKC"), span: tokenSpan(context, token) };
}

/** The text between the quotes of a string token. */
export function unquoted(token: IToken): string {
  return token.image.slice(1, -1);
}

/** What every declaration has: its place and its doc comment. */
export function declared(
  context: Context,
  node: CstNode,
): { readonly span: Span; readonly doc: DocComment | null } {
  const span = spanOf(context, node);
  const doc = context.docs.get(span.start) ?? null;
  if (doc !== null) context.claim(doc);
  return { span, doc };
}

/** The only element of a list that the grammar guarantees; its absence is a bug of the parser. */
export function only<T>(list: readonly T[] | undefined): T {
  const first = list?.[0];
  if (first === undefined) throw new Error("The syntax tree lacks a part that the grammar demands.");
  return first;
}

/** The element of a list that the grammar guarantees at an index. */
export function at<T>(list: readonly T[] | undefined, index: number): T {
  return only(list?.slice(index, index + 1));
}

/** What `build` makes of the optional part, or null. */
export function optional<T, U>(list: readonly T[] | undefined, build: (part: T) => U): U | null {
  const first = list?.[0];
  return first === undefined ? null : build(first);
}
