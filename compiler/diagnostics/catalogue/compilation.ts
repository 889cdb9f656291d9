import { defineDiagnostic } from "../entry.ts";

/** IPX9xxx: what this version of the compiler cannot do, and its own faults. */
export const compilation = {
  IPX9001: defineDiagnostic<{ readonly what: string }>()({
    severity: "error",
    class: "limitation",
    title: ({ what }) => `This version cannot compile ${what}`,
    mark: () => "asked for here",
    hint: () => "The program is sound; only compiling it has to wait. `ipc check` accepts it.",
  }),

  IPX9002: defineDiagnostic<{ readonly what: string }>()({
    severity: "error",
    class: "limitation",
    title: ({ what }) => `This version does not know the derivative of ${what}`,
    mark: () => "it is needed to train through this",
    hint: () =>
      "A solver needs no derivative: compile with `--target solver`, or learn nothing before this place.",
  }),

  IPX9003: defineDiagnostic<{ readonly what: string }>()({
    severity: "error",
    class: "bug",
    title: () => "The compiler has made a mistake",
    mark: ({ what }) => what,
    hint: () => "This is no fault of the program. Please report it with the file.",
  }),
};
