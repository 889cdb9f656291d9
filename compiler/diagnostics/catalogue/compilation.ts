import { defineDiagnostic } from "../entry.ts";

const SOLVER_HINT =
  "A solver needs no derivative: compile with `--target solver`, or learn nothing before this place.";

/** What to try where a derivative is missing, by what is in the way and who asks for it. */
const DERIVATIVE_HINTS = {
  array: {
    written: "Hold what the operator is made of fixed: write `stop_gradient(...)` around that array.",
    training: "Learn nothing of what the operator is made of: make it a `given` or an `input`.",
  },
  rank: {
    written: "Leave `rank` out: the derivative of the whole pseudo-inverse is known.",
    training: "Leave `rank` out: the derivative of the whole pseudo-inverse is known.",
  },
  operator: {
    written: "Take the derivative by what the operator does not depend on.",
    training: "Learn nothing on which the operator depends.",
  },
  norm: {
    written: "Hold the norm fixed: write `stop_gradient(norm(A))`.",
    training: "Hold the norm fixed: write `stop_gradient(norm(A))`.",
  },
  loop: {
    written: "Write this without it: a `while`, say, as a short `repeat n`, which is written out.",
    training: SOLVER_HINT,
  },
  operation: {
    written: "Write this without it, or end the derivative before it by `stop_gradient(...)`.",
    training: SOLVER_HINT,
  },
} as const;

/** IPX9xxx: what this version of the compiler cannot do, and its own faults. */
export const compilation = {
  IPX9001: defineDiagnostic<{ readonly what: string; readonly hint: string | null }>()({
    severity: "error",
    class: "limitation",
    title: ({ what }) => `This version cannot compile ${what}`,
    mark: () => "asked for here",
    hint: ({ hint }) =>
      hint ?? "The program is sound; only compiling it has to wait. `ipc check` accepts it.",
  }),

  IPX9002: defineDiagnostic<{
    readonly what: string;
    readonly asker: "written" | "training";
    readonly obstacle: "array" | "rank" | "operator" | "norm" | "loop" | "operation";
  }>()({
    severity: "error",
    class: "limitation",
    title: ({ what }) => `This version does not know the derivative of ${what}`,
    mark: ({ asker }) =>
      asker === "training" ? "it is needed to train through this" : "it is asked for here",
    hint: ({ asker, obstacle }) => DERIVATIVE_HINTS[obstacle][asker],
  }),

  IPX9003: defineDiagnostic<{ readonly what: string }>()({
    severity: "error",
    class: "bug",
    title: () => "The compiler has made a mistake",
    mark: ({ what }) => what,
    hint: () => "This is no fault of the program. Please report it with the file.",
  }),

  IPX9005: defineDiagnostic<{
    readonly path: string;
    readonly operator: string;
    readonly why: string;
  }>()({
    severity: "error",
    class: "limitation",
    title: ({ path, operator }) => `This version cannot compute \`${operator}\` of the network \`${path}\``,
    mark: ({ why }) => why,
    hint: () =>
      "docs/language.md, section 6, lists the operators that are known. Write the file anew without this one, or the network in this language.",
  }),

  IPX9004: defineDiagnostic<{
    readonly name: string;
    readonly what: "size" | "depth";
    readonly limit: number;
  }>()({
    severity: "error",
    class: "limitation",
    title: ({ name }) => `\`${name}\` is too large for the compiler`,
    mark: ({ what, limit }) =>
      what === "size"
        ? `written out, it has more than ${limit} parts`
        : `it stands on more than ${limit} others, each within the next`,
    hint: ({ what }) =>
      what === "size"
        ? "Each call is written out, so that two calls of the one before double the text. Name what is used twice with `let`, or repeat it with `while`."
        : "Functions and operators are written out in those that use them. Repeat with `while`, or name values with `let`.",
  }),
};
