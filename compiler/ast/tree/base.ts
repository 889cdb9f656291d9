import type { Span } from "../../source/span.ts";

/** What a stage of compilation knows of each sort of node. */
export interface Stage {
  /** Of every expression: its type, stage, interval, properties. */
  readonly expression: unknown;
  /** Of every name that refers to something: what it means. */
  readonly name: unknown;
  /** Of every product: scaled, applied, composed. */
  readonly product: unknown;
  /** Of every call and every pipe: what is called, and how the arguments match. */
  readonly call: unknown;
  /** Of every type that is written: its meaning. */
  readonly type: unknown;
  /** Of every declaration: what is known of the declared name. */
  readonly declaration: unknown;
  /** Of every network of a file: what the file holds. */
  readonly network: unknown;
}

/** Straight from the parser: nothing is known. */
export interface Parsed extends Stage {
  readonly expression: null;
  readonly name: null;
  readonly product: null;
  readonly call: null;
  readonly type: null;
  readonly declaration: null;
  readonly network: null;
}

/** What every node has: its discriminant and its place. */
export interface Node {
  readonly kind: string;
  readonly span: Span;
}

/** A name where it is written, normalised by NFKC. */
export interface Identifier extends Node {
  readonly kind: "identifier";
  readonly name: string;
}

/** The lines of `///` before a declaration, without the signs and one leading space. */
export interface DocComment extends Node {
  readonly kind: "docComment";
  readonly lines: readonly string[];
}

/** A `//` comment, or a `///` that documents nothing; `text` includes the signs. */
export interface Comment extends Node {
  readonly kind: "comment";
  readonly text: string;
}

/** What items, members and statements share. */
export interface Declared extends Node {
  readonly doc: DocComment | null;
}
