import type { File, Fun, Import, Item, Net, Parsed, Problem, Program, ProgramFor } from "../ast/tree.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { UNKNOWN } from "../types/type.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Knowledge } from "./context.ts";
import type { Placed } from "./methods/join.ts";
import type { CheckedProgram } from "./program.ts";
import type { Scope } from "./scope.ts";
import { typing } from "./typed.ts";

/** Reads and parses a file beside the first one; null where there is none. */
export type Imports = (path: string) => File<Parsed> | null;

/** Reads the bytes of a file beside the first one; null where there is none. */
export type ReadBytes = (path: string) => Uint8Array | null;

/** What the files of one check share: each file is checked once. */
export interface Library {
  readonly imports: Imports;
  readonly bytes: ReadBytes;
  readonly files: Map<string, FileCheck | null>;
  readonly partial: boolean;
}

/** A file while its items are checked, each before those that use it. */
export interface FileCheck {
  readonly file: File<Parsed>;
  readonly partial: boolean;
  readonly folder: string;
  readonly bytes: ReadBytes;
  /** the files that it imports, and what they import, in the order of reading */
  readonly imported: Set<File<Parsed>>;
  readonly scope: Scope;
  readonly knowledge: Knowledge;
  readonly diagnostics: Diagnostic[];
  readonly nets: Map<string, Net<Typed>>;
  readonly functions: Map<string, Fun<Typed>>;
  readonly done: Map<Item, Item<Typed> | null>;
  readonly open: Set<Item>;
  readonly programs: CheckedProgram[];
  /** programs and problems by name, with those of imports, for `method for problem` */
  readonly parts: Map<string, Part>;
}

/** A program or a problem, with the scope of its file, and whether it has no faults. */
export interface Part extends Placed<Program | Problem | ProgramFor> {
  readonly sound: boolean;
}

/** Stands for a name whose item could not be checked. */
export function unknownSymbol(name: Import["names"][number]): Symbol {
  return {
    name: name.name,
    span: name.span,
    origin: { kind: "size", initial: null },
    typing: typing(UNKNOWN, 0),
    perStep: false,
  };
}
