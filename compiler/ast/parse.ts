import type { Broken } from "../../grammar/parse.ts";
import { parseBindingText, parseFileText } from "../../grammar/parse.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { lineIndex } from "../source/lines.ts";
import type { SourceFile } from "../source/span.ts";
import { readComments } from "./build/comments.ts";
import type { Context } from "./build/context.ts";
import { expression } from "./build/expressions.ts";
import { items } from "./build/file.ts";
import { diagnosticOf } from "./syntaxDiagnostics.ts";
import { textDiagnostic } from "./textDiagnostics.ts";
import type { BrokenDeclaration, DocComment, Expression, File } from "./tree.ts";

/** A file and what is wrong with its text. What could not be read is missing in `items` and stands in `broken`. */
export interface ParsedFile {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses a file. Never throws; the tree holds all declarations that could be read. */
export function parseFile(source: SourceFile): ParsedFile {
  const unreadable = textDiagnostic(source);
  if (unreadable !== null) return { file: emptyFile(source), diagnostics: [unreadable] };
  const parsed = parseFileText(source.text);
  const lines = lineIndex(source.text);
  const diagnostics = parsed.faults.map((fault) => diagnosticOf(fault, source.path, lines));
  const { docs, all } = readComments(source.path, source.text, parsed.comments);
  const claimed = new Set<DocComment>();
  const context: Context = { file: source.path, docs, claim: (doc) => claimed.add(doc) };
  const tree = parsed.tree === null ? [] : items(context, parsed.tree);
  const taken = [...claimed].map(({ span }) => span);
  const file: File = {
    ...emptyFile(source),
    items: tree,
    comments: all.filter(
      ({ span }) => !taken.some(({ start, end }) => start <= span.start && span.end <= end),
    ),
    broken: parsed.broken.map((broken) => brokenDeclaration(broken, source.path)),
  };
  const empty = tree.length === 0 && diagnostics.length === 0;
  const nothing = { file: source.path, start: 0, end: 0 };
  return { file, diagnostics: empty ? [diagnose("IPX0019", nothing, {})] : diagnostics };
}

/**
 * Parses a binding: an expression alone, from an experiment file or the command line.
 * `name` is the file name that diagnostics give; `expression` is null if there are errors.
 */
export function parseBinding(
  text: string,
  name: string,
): { readonly expression: Expression | null; readonly diagnostics: readonly Diagnostic[] } {
  const unreadable = textDiagnostic({ path: name, text });
  if (unreadable !== null) return { expression: null, diagnostics: [unreadable] };
  const { tree, faults } = parseBindingText(text);
  const lines = lineIndex(text);
  const diagnostics = faults.map((fault) => diagnosticOf(fault, name, lines));
  if (tree === null || diagnostics.length > 0) return { expression: null, diagnostics };
  const context: Context = { file: name, docs: new Map(), claim: () => undefined };
  return { expression: expression(context, tree), diagnostics };
}

function emptyFile({ path, text }: SourceFile): File {
  const span = { file: path, start: 0, end: text.length };
  return { kind: "file", span, items: [], comments: [], broken: [] };
}

function brokenDeclaration({ start, end, names, mentioned }: Broken, file: string): BrokenDeclaration {
  return {
    span: { file, start, end },
    names: names.map((name) => ({
      kind: "identifier",
      name: name.image.normalize("NFKC"),
      span: { file, start: name.start, end: name.end },
    })),
    mentioned: mentioned.map((name) => name.normalize("NFKC")),
  };
}
