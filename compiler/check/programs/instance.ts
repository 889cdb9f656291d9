import type { File, Parameter, Parsed } from "../../ast/tree.ts";
import { constantValue, type Dimension, text } from "../../types/dimension.ts";
import { from } from "../../types/interval.ts";
import { numberSpace, type Space, spaceText } from "../../types/space.ts";
import { UNKNOWN } from "../../types/type.ts";
import type { Symbol, SymbolOrigin, Typed, Typing } from "../../types/typing.ts";
import type { DeclaredBounds } from "../bounds.ts";
import type { Environment } from "../context.ts";
import type { CheckedProgram } from "../program.ts";
import { typing, valueTyping } from "../typed.ts";

/** What a name of a header is in the program that calls. */
export type HeaderValue =
  { readonly kind: "size"; readonly size: Dimension } | { readonly kind: "space"; readonly space: Space };

/** What all names of a header are. */
export type Header = ReadonlyMap<string, HeaderValue>;

/** A program as one call has it: checked with the caller's sizes and spaces for those of its header. */
export interface Instance {
  readonly symbol: Symbol;
  readonly program: CheckedProgram;
  /** the file that the program stands in */
  readonly file: File<Parsed>;
  /** the product of the spaces of what it learns; null where it learns nothing */
  readonly weights: Space | null;
}

/** Why a program has no instance for a header. */
export type InstanceFault =
  | { readonly kind: "fault"; readonly message: string }
  /** what the compiler cannot do */
  | { readonly kind: "limit"; readonly what: string };

/** A program that others may call. */
export interface Callable {
  readonly program: CheckedProgram;
  /** the intervals of its givens and inputs */
  readonly bounds: ReadonlyMap<Symbol, DeclaredBounds>;
  readonly instantiate: (header: Header) => Instance | InstanceFault;
}

/** A header as a text, one for each header. */
export function headerText(header: Header): string {
  return [...header]
    .map(([name, value]) => `${name}=${value.kind === "size" ? text(value.size) : spaceText(value.space)}`)
    .join(";");
}

/** Declares the names of a header as what they are in the caller. */
export function declareHeader(
  { run, scope }: Environment,
  written: readonly Parameter[],
  header: Header,
): readonly Parameter<Typed>[] {
  return written.map((parameter): Parameter<Typed> => {
    const { name } = parameter;
    const value = header.get(name.name);
    if (value === undefined) throw new Error(`the header lacks ${name.name}`);
    const declare = (origin: SymbolOrigin, note: Typing): Symbol => {
      const symbol: Symbol = { name: name.name, span: name.span, origin, typing: note, perStep: false };
      scope.symbols.set(name.name, symbol);
      return symbol;
    };
    if (parameter.kind === "spaceParameter") {
      const space = value.kind === "space" ? value.space : numberSpace("real");
      return { ...parameter, declaration: declare({ kind: "space", space }, typing(UNKNOWN, 0)) };
    }
    const stands = value.kind === "size" ? value.size : { terms: [] };
    const initial = constantValue(stands);
    if (initial !== null) run.sizes[name.name] = initial;
    const note = valueTyping(numberSpace("int"), 0, from(1));
    return {
      ...parameter,
      initial: null,
      declaration: declare({ kind: "size", initial, stands }, note),
    };
  });
}
