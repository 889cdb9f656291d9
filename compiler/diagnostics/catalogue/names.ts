import { defineDiagnostic, didYouMean, listing } from "../entry.ts";

/** IPX1xxx: names. */
export const names = {
  IPX1001: defineDiagnostic<{
    readonly name: string;
    readonly suggestion: string | null;
    /** what stands there, where the header declares it */
    readonly header?: "size" | "space";
  }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `I do not know \`${name}\``,
    hint: ({ name, suggestion, header }) => {
      if (header === undefined || suggestion !== null) return didYouMean(suggestion);
      return `Declare it in the header: \`program p[${header === "space" ? "space " : ""}${name}] { ... }\`.`;
    },
    fix: ({ suggestion }) => `Write \`${suggestion ?? ""}\``,
  }),

  IPX1008: defineDiagnostic<{
    readonly callee: string;
    readonly name: string;
    readonly suggestion: string | null;
    readonly settings: readonly string[];
  }>()({
    severity: "error",
    class: "user",
    title: ({ callee, name }) => `\`${callee}\` has no setting \`${name}\``,
    hint: ({ callee, suggestion, settings }) =>
      didYouMean(suggestion) ??
      (settings.length === 0
        ? `\`${callee}\` has no settings.`
        : `Its settings are ${settings.map((setting) => `\`${setting}\``).join(", ")}.`),
    fix: ({ suggestion }) => `Write \`${suggestion ?? ""}\``,
  }),

  IPX1011: defineDiagnostic<{ readonly what: string }>()({
    severity: "error",
    class: "limitation",
    title: ({ what }) => `Not yet: ${what}`,
    mark: () => "this version cannot check it",
    hint: () =>
      "Give the function the point, too, and return what is made of it, `fun f(t : R, x : R[n]) = t*A*x`; or write the operator where it is used, `let B = t*A`.",
  }),

  IPX1002: defineDiagnostic<{ readonly name: string; readonly word: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` is declared twice`,
    mark: () => "declared again here",
    labels: { first: ({ word }) => `${word} of this name` },
    hint: () => "A name means one thing in a program: choose another one.",
  }),

  IPX1003: defineDiagnostic<{ readonly name: string; readonly word: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` is declared further down`,
    mark: () => "read here",
    labels: { declared: ({ name, word }) => `the ${word} \`${name}\`` },
    hint: ({ name }) => `A program reads downwards: move the declaration of \`${name}\` above this line.`,
  }),

  IPX1004: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` needs itself`,
    mark: () => "which leads back to it",
    hint: () =>
      "Functions, networks and programs are not recursive. For repetition write `repeat` or `while`.",
  }),

  IPX1005: defineDiagnostic<{ readonly name: string; readonly word: "input" | "learn" }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `Nothing reads \`${name}\``,
    mark: ({ word }) =>
      word === "input" ? "every sample would give the same result" : "nothing would be trained",
    hint: ({ name }) => `Use \`${name}\`, or remove its declaration.`,
  }),

  IPX1006: defineDiagnostic<{ readonly name: string; readonly word: string }>()({
    severity: "warning",
    class: "user",
    title: ({ name }) => `Nothing reads \`${name}\``,
    mark: ({ word }) => `this \`${word}\` has no effect`,
    hint: () => "Remove its declaration.",
  }),

  IPX1007: defineDiagnostic<{ readonly name: string }>()({
    severity: "note",
    class: "user",
    title: ({ name }) => `\`${name}\` is also a name of the library`,
    mark: () => "this one is meant from here on",
  }),

  IPX1009: defineDiagnostic<{ readonly callee: string; readonly name: string }>()({
    severity: "error",
    class: "user",
    title: ({ callee, name }) => `\`${callee}\` needs \`${name}\``,
    mark: ({ name }) => `\`${name}\` is missing`,
    hint: ({ callee, name }) => `Write \`${callee}(..., ${name} = ...)\`.`,
  }),

  IPX1010: defineDiagnostic<{
    readonly callee: string;
    readonly parameters: readonly string[];
    readonly count: number;
    readonly atLeast: boolean;
  }>()({
    severity: "error",
    class: "user",
    title: ({ callee, parameters, atLeast }) =>
      `\`${callee}\` takes ${atLeast ? "at least " : ""}${argumentCount(parameters.length)}`,
    mark: ({ count }) => `here ${count === 1 ? "is" : "are"} ${count === 0 ? "none" : count}`,
    hint: ({ callee, parameters, count }) =>
      callee === "prox" && count === 2
        ? "A step size scales the function: write `prox(t*g)`."
        : parameters.length === 0
          ? `Write \`${callee}\` alone.`
          : `Write \`${callee}(${parameters.join(", ")})\`.`,
  }),

  IPX1012: defineDiagnostic<{ readonly path: string }>()({
    severity: "error",
    class: "user",
    title: ({ path }) => `I cannot read the file \`${path}\``,
    mark: () => "imported here",
    hint: () =>
      'The path is relative to this file, as in `import armijo from "./armijo_library.ipx"`; it names a regular file of at most 16 MiB.',
  }),

  IPX1031: defineDiagnostic<{ readonly path: string; readonly why: string }>()({
    severity: "error",
    class: "user",
    title: ({ path }) => `I cannot read the network \`${path}\``,
    mark: ({ why }) => why,
    hint: () =>
      "The path is relative to this file; the network is one in ONNX's format, all in one file, with its arrays.",
  }),

  IPX1013: defineDiagnostic<{
    readonly name: string;
    readonly path: string;
    readonly suggestion: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name, path }) => `The file \`${path}\` declares no \`${name}\``,
    hint: ({ suggestion }) => didYouMean(suggestion),
    fix: ({ suggestion }) => `Write \`${suggestion ?? ""}\``,
  }),

  IPX1014: defineDiagnostic<{
    readonly setting: string;
    readonly value: string;
    readonly words: readonly string[];
    readonly suggestion: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ setting, value }) => `\`${setting}\` cannot be \`${value}\``,
    hint: ({ suggestion, words }) =>
      didYouMean(suggestion) ??
      `It is ${listing(
        words.map((word) => `\`${word}\``),
        "or",
      )}.`,
    fix: ({ suggestion }) => `Write \`${suggestion ?? ""}\``,
  }),

  IPX1015: defineDiagnostic<{ readonly program: string }>()({
    severity: "error",
    class: "user",
    title: ({ program }) => `The program \`${program}\` has no \`output\``,
    mark: () => "what is the result?",
    hint: () => "Write `output x` with a state, or an expression over states and inputs.",
  }),

  IPX1016: defineDiagnostic<{ readonly word: string }>()({
    severity: "error",
    class: "user",
    title: ({ word }) => `A program has one \`${word}\``,
    mark: () => "this is the second",
    labels: { first: () => "the first one" },
  }),

  IPX1017: defineDiagnostic<{ readonly name: string; readonly what: string; readonly wanted: string }>()({
    severity: "error",
    class: "user",
    title: ({ wanted }) => `${wanted} is wanted here`,
    mark: ({ name, what }) => `\`${name}\` is ${what}`,
  }),

  IPX1018: defineDiagnostic<{ readonly callee: string; readonly name: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` is given twice`,
    mark: () => "for the second time here",
    labels: { first: () => "for the first time" },
  }),

  IPX1019: defineDiagnostic<{ readonly property: string; readonly suggestion: string | null }>()({
    severity: "error",
    class: "user",
    title: ({ property }) => `I know no property \`${property}\``,
    hint: ({ suggestion }) => didYouMean(suggestion),
    fix: ({ suggestion }) => `Write \`${suggestion ?? ""}\``,
  }),

  IPX1020: defineDiagnostic<{ readonly problem: string; readonly method: string; readonly name: string }>()({
    severity: "error",
    class: "user",
    title: ({ problem, name }) => `The problem \`${problem}\` supplies no \`${name}\``,
    mark: ({ method, name }) => `\`${method}\` is given \`${name}\``,
    labels: { asked: () => "asked for here" },
    hint: ({ problem, name }) =>
      `Declare \`fun ${name}(x : X) = ...\` in \`${problem}\`; what is not there is the constant 0.`,
  }),

  IPX1021: defineDiagnostic<{ readonly word: string }>()({
    severity: "error",
    class: "user",
    title: ({ word }) => `A problem has no \`${word}\``,
    mark: () => "this is said by a method",
    labels: { problem: () => "the problem" },
    hint: () =>
      "A problem declares data, functions and what is learned; a method, a program that is given those functions, says " +
      "how they are solved.",
  }),

  IPX1022: defineDiagnostic<{ readonly problem: string; readonly method: string; readonly name: string }>()({
    severity: "warning",
    class: "user",
    title: ({ method, problem, name }) => `\`${method}\` does not use \`${name}\` of \`${problem}\``,
    mark: ({ name }) => `\`${name}\` is no part of what this method solves`,
    labels: { declared: ({ problem }) => `declared in \`${problem}\`` },
    hint: ({ name }) => `Choose a method that is given \`${name}\`, or remove it from the problem.`,
  }),

  IPX1023: defineDiagnostic<{ readonly program: string; readonly names: readonly string[] }>()({
    severity: "error",
    class: "user",
    title: ({ program }) => `The arguments of the program \`${program}\` are named`,
    mark: () => "which of its givens and inputs is this?",
    hint: ({ program, names }) => `Write \`${program}(${names.map((name) => `${name} = ...`).join(", ")})\`.`,
  }),

  IPX1024: defineDiagnostic<{ readonly method: string; readonly functions: readonly string[] }>()({
    severity: "error",
    class: "user",
    title: ({ method, functions }) =>
      `The method \`${method}\` has no ${functions.map((name) => `\`${name}\``).join(", ")}`,
    mark: () => "a method cannot be called, the program that `for` joins it to can",
    labels: { method: () => "the method" },
    hint: ({ method }) => `Write \`program p = ${method} for PROBLEM\` and call \`p\`.`,
  }),
};

function argumentCount(count: number): string {
  if (count === 0) return "no arguments";
  return count === 1 ? "one argument" : `${count} arguments`;
}
