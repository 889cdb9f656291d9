import { parseBinding } from "../../compiler/ast/parse.ts";
import { partsOf } from "../../compiler/ast/parts.ts";
import type { Expression } from "../../compiler/ast/tree.ts";
import type { Span } from "../../compiler/source/span.ts";
import { Failure, UsageError } from "../failure.ts";
import type { Sources } from "../sources.ts";

/** An expression that is bound to a name. */
export interface Assignment {
  readonly name: string;
  readonly expression: Expression;
  /** where the name stands, if that is in a file */
  readonly nameSpan?: Span;
}

/**
 * `NAME=EXPR` of an option, such as `--bind`. Messages call its text `--bind NAME`.
 * @throws UsageError, Failure
 */
export function parseAssignment(sources: Sources, option: string, text: string): Assignment {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at)).trim().normalize("NFKC");
  if (at === -1 || name === "") throw new UsageError(`${option} wants NAME=EXPR, not '${text}'.`);
  return { name, expression: parseExpression(sources, `${option} ${name}`, text.slice(at + 1)) };
}

/**
 * An expression alone; `label` stands for its file in messages.
 * @throws Failure with what does not parse
 */
export function parseExpression(sources: Sources, label: string, text: string): Expression {
  sources.add(label, text);
  return parsed(text, label);
}

/**
 * An expression inside of a file, beginning at an offset; messages point into that file, whose text is known.
 * @throws Failure with what does not parse
 */
export function parseExpressionAt(file: string, offset: number, text: string): Expression {
  return parsed(" ".repeat(offset) + text, file);
}

function parsed(text: string, name: string): Expression {
  const { expression, diagnostics } = parseBinding(text, name);
  if (expression === null) throw new Failure(diagnostics);
  return expression;
}

/** All names that an expression reads; words of settings and names of functions are among them. */
export function namesIn(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (part: Expression): void => {
    if (part.kind === "name") names.add(part.name);
    for (const inner of partsOf(part)) visit(inner);
  };
  visit(expression);
  return names;
}
