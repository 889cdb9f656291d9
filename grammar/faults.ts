/** A stretch of the text, in UTF-16 offsets; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What is wrong with the text, as facts; the words are the compiler's. Each fault's own range is what to mark. */
export type Fault = Range &
  (
    | { readonly kind: "unknownSign"; readonly sign: string }
    | {
        readonly kind: "foreignSign";
        readonly sign: string;
        readonly instead: string;
        readonly exact: boolean;
        readonly entrywise?: string;
      }
    | { readonly kind: "openString" }
    | { readonly kind: "incompleteNumber"; readonly written: string; readonly proposal: string }
    | {
        readonly kind: "unclosed";
        readonly opened: Range;
        readonly open: string;
        readonly close: string;
        /** The word or name before the opening bracket, if any, and what follows the gap; null at the end. */
        readonly owner: string | null;
        readonly before: string | null;
      }
    | {
        readonly kind: "stray";
        readonly close: string;
        readonly open: string;
        readonly opened: Range | null;
        readonly last: string | null;
      }
    | {
        readonly kind: "unfit";
        readonly found: string | null;
        /** Names of tokens. */
        readonly wanted: readonly string[];
        /** The rule in which the parser stopped. */
        readonly rule: string;
        /** Whether the place is that of the last word before: what is wanted belongs behind it. */
        readonly behind?: true;
      }
    | {
        readonly kind: "sideBySide";
        readonly left: string;
        readonly right: string;
        readonly insertAt: number | null;
      }
    | { readonly kind: "sameLine"; readonly word: string; readonly insertAt: number }
    | { readonly kind: "noCap" }
    | { readonly kind: "otherLine"; readonly sign: string; readonly owner: string; readonly operand: Range }
    | {
        readonly kind: "chained";
        readonly first: string;
        readonly second: string;
        readonly firstAt: Range;
      }
    | { readonly kind: "reserved"; readonly word: string }
    | { readonly kind: "hostName"; readonly name: string }
    | { readonly kind: "arrow"; readonly left: string; readonly right: string }
    | { readonly kind: "looseString" }
    | { readonly kind: "deepBrackets"; readonly limit: number; readonly outermost: Range }
    | {
        readonly kind: "longExpression";
        readonly limit: number;
        readonly what: "operators" | "nested parts";
        readonly begin: Range;
      }
    | { readonly kind: "equals"; readonly name: string; readonly sign: "<-" | "==" }
    | { readonly kind: "misplaced"; readonly word: string; readonly place: "file" | "program" | "block" }
    | { readonly kind: "noDeclaration"; readonly name: string; readonly place: "file" | "program" | "block" }
  );

export type FaultKind = Fault["kind"];
