import { defineDiagnostic, didYouMean, listing, type NoArguments } from "../entry.ts";

/** IPX0xxx: the text, before anything is known of its meaning. */
export const text = {
  IPX0001: defineDiagnostic<{ readonly sign: string; readonly codePoint: string }>()({
    severity: "error",
    class: "user",
    title: ({ sign }) => `I do not know the sign \`${sign}\``,
    hint: ({ codePoint }) => `It is the character ${codePoint}. Names are letters, digits and \`_\`.`,
  }),

  IPX0002: defineDiagnostic<{
    readonly sign: string;
    readonly instead: string;
    /** what to write instead where arrays are meant, if that differs */
    readonly entrywise: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ sign }) => `\`${sign}\` is not a sign of this language`,
    hint: ({ sign, instead, entrywise }) => {
      if (sign.startsWith(".") && instead.startsWith("'"))
        return "The adjoint is a `'` behind the operator, which is multiplied: write `A'*x`.";
      return entrywise === null
        ? `Write \`${instead}\` instead.`
        : `Write \`${instead}\` of numbers, \`${entrywise}\` of the entries of arrays.`;
    },
    fix: ({ instead }) => `Write \`${instead}\``,
  }),

  IPX0003: defineDiagnostic<NoArguments>()({
    severity: "error",
    class: "user",
    title: () => "A file name is not closed",
    mark: () => "opened here",
    hint: () => 'The name of a file stands between two `"` in one line.',
  }),

  IPX0004: defineDiagnostic<{
    readonly bracket: "brace" | "bracket";
    readonly open: string;
    readonly close: string;
    /** The word that stands where the closing one is missing; null at the end of the file. */
    readonly before: string | null;
    /** The word before the opening one (`while`), and its line. */
    readonly owner: string | null;
    readonly line: number;
  }>()({
    severity: "error",
    class: "user",
    title: ({ bracket }) => `A ${bracket} is not closed`,
    mark: ({ close, before }) =>
      before === null
        ? `\`${close}\` is wanted before the end of the file`
        : `\`${close}\` is wanted before \`${before}\``,
    labels: { opened: () => "opened here" },
    hint: ({ open, close, owner, line }) =>
      `The \`${open}\` ${owner === null ? "" : `of \`${owner}\` `}in line ${line} has no \`${close}\`.`,
  }),

  IPX0005: defineDiagnostic<{
    readonly close: string;
    readonly open: string;
    readonly last: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ close }) => `\`${close}\` closes nothing`,
    labels: { opened: ({ last }) => `\`${last ?? ""}\` was opened here` },
    hint: ({ open, last }) =>
      last === null ? `There is no \`${open}\` before it.` : `The last bracket that is open is \`${last}\`.`,
  }),

  IPX0006: defineDiagnostic<{
    /** The word or sign that stands there; null at the end of the file. */
    readonly found: string | null;
    /** What may stand there, in words or as signs between backticks. */
    readonly wanted: readonly string[];
    /** In what: "a `let`", "a call". */
    readonly within: string | null;
    /** Whether the start of a state or a learnable is missing. */
    readonly start: boolean;
    /** Whether this is the last word of the line before, behind which something is missing. */
    readonly behind: boolean;
  }>()({
    severity: "error",
    class: "user",
    title: ({ found, within, behind }) => {
      if (behind) return "The declaration ends too early";
      return found === null
        ? "The text ends too early"
        : `\`${found}\` cannot stand here${within === null ? "" : `, in ${within}`}`;
    },
    mark: ({ wanted, behind }) => `${listing(wanted, "or")} is wanted${behind ? " behind this" : ""}`,
    hint: ({ found, start }) => {
      if (!start) return null;
      return found === "with"
        ? "The start stands before it: `state a : R in (0, inf) = 1 with assumed`."
        : "A value is missing behind the type, as in `state x : R[n] = 0`.";
    },
  }),

  IPX0007: defineDiagnostic<{ readonly left: string; readonly right: string }>()({
    severity: "error",
    class: "user",
    title: () => "An operator is missing",
    mark: ({ left, right }) => `\`${left}\` and \`${right}\` stand side by side`,
    hint: ({ left, right }) =>
      `For a product write \`${left}*${right}\`; for two statements put \`;\` between them.`,
    fix: ({ left, right }) => `Write \`${left}*${right}\``,
  }),

  IPX0008: defineDiagnostic<{ readonly word: string }>()({
    severity: "error",
    class: "user",
    title: () => "Two declarations or statements stand in one line",
    mark: ({ word }) => `\`${word}\` begins a second one`,
    hint: () => "Put `;` between them, or begin a new line.",
    fix: () => "Put `;` between them",
  }),

  IPX0009: defineDiagnostic<NoArguments>()({
    severity: "error",
    class: "user",
    title: () => "This loop has no cap",
    mark: () => "`max` and a number are wanted before the block",
    hint: () => "Write `while ... max 60 { ... }`: without a cap a GPU kernel or a gradient may never end.",
    fix: () => "Write `max 60` before the block",
  }),

  IPX0010: defineDiagnostic<{ readonly sign: string; readonly owner: string }>()({
    severity: "error",
    class: "user",
    title: ({ sign }) => `\`${sign}\` stands on another line than what it belongs to`,
    mark: ({ owner }) => `this would belong to \`${owner}\``,
    labels: { operand: () => "which ends here" },
    hint: ({ sign, owner }) => `Write \`${sign}\` directly behind \`${owner}\`.`,
  }),

  IPX0011: defineDiagnostic<{ readonly first: string; readonly second: string }>()({
    severity: "error",
    class: "user",
    title: () => "Comparisons are not chained",
    mark: ({ second }) => `\`${second}\` compares a second time`,
    labels: { first: ({ first }) => `\`${first}\` is the first comparison` },
    hint: () => "Write `a < b and b < c`.",
  }),

  IPX0012: defineDiagnostic<{ readonly word: string }>()({
    severity: "error",
    class: "user",
    title: ({ word }) => `\`${word}\` is a word of the language`,
    mark: () => "a name is wanted",
    hint: ({ word }) => `Choose another name, such as \`${word}_\` or \`${word}1\`.`,
  }),

  IPX0013: defineDiagnostic<{ readonly left: string; readonly right: string }>()({
    severity: "error",
    class: "user",
    title: () => "`<-` is the arrow of an update",
    mark: () => "no update can stand here",
    hint: ({ left, right }) =>
      `For a comparison with a negative number write a space: \`${left} < -${right}\`.`,
    fix: () => "Write `< -`",
  }),

  IPX0014: defineDiagnostic<NoArguments>()({
    severity: "error",
    class: "user",
    title: () => "A text is not a value",
    hint: () =>
      'Texts are names of files only, as in `array("y.npy")`; options are words, as in `boundary = periodic`.',
  }),

  IPX0015: defineDiagnostic<{ readonly limit: number }>()({
    severity: "error",
    class: "limitation",
    title: ({ limit }) => `Brackets are nested deeper than ${limit}`,
    mark: ({ limit }) => `${limit} brackets are open here`,
    labels: { outermost: () => "the first of them" },
    hint: () => "Name the inner parts with `let`.",
  }),

  IPX0016: defineDiagnostic<{ readonly limit: number; readonly what: "operators" | "nested parts" }>()({
    severity: "error",
    class: "limitation",
    title: ({ limit, what }) => `An expression has more than ${limit} ${what}`,
    mark: () => "one too many",
    labels: { begin: () => "it begins here" },
    hint: () => "Name its parts with `let`.",
  }),

  IPX0017: defineDiagnostic<{ readonly size: string; readonly limit: string }>()({
    severity: "error",
    class: "limitation",
    title: ({ limit }) => `The file is larger than ${limit}`,
    mark: ({ size }) => `it has ${size}`,
    hint: () => "A program is a text of some pages. Data stands in files of its own.",
  }),

  IPX0018: defineDiagnostic<{ readonly what: string }>()({
    severity: "error",
    class: "user",
    title: () => "This file is not a text",
    mark: ({ what }) => `it contains ${what}`,
    hint: () => "A program is UTF-8 text. Is this perhaps an array, a picture or an archive?",
  }),

  IPX0019: defineDiagnostic<NoArguments>()({
    severity: "error",
    class: "user",
    title: () => "The file declares nothing",
    mark: () => "a program, problem, net or fun is wanted",
    hint: () => "`ipc new NAME` writes a program to begin with.",
  }),

  IPX0020: defineDiagnostic<{ readonly name: string; readonly sign: "<-" | "==" }>()({
    severity: "error",
    class: "user",
    title: ({ sign }) => (sign === "<-" ? "`=` declares, `<-` updates" : "`=` declares, `==` compares"),
    mark: ({ sign }) => `\`${sign}\` is wanted`,
    hint: ({ name, sign }) =>
      sign === "<-"
        ? `Write \`${name} <- ...\` to update it, or \`let ${name} = ...\` for a new name.`
        : "Write `==` to compare two numbers.",
    fix: ({ sign }) => `Write \`${sign}\``,
  }),

  IPX0021: defineDiagnostic<{ readonly written: string; readonly proposal: string }>()({
    severity: "error",
    class: "user",
    title: ({ written }) => `\`${written}\` is no complete number`,
    hint: ({ proposal }) => `Write \`${proposal}\`: digits stand on both sides of the point.`,
    fix: ({ proposal }) => `Write \`${proposal}\``,
  }),

  IPX0022: defineDiagnostic<{
    readonly word: string;
    readonly place: "file" | "program" | "block";
  }>()({
    severity: "error",
    class: "user",
    title: ({ word, place }) =>
      `\`${word}\` cannot stand ${{ file: "outside a program", program: "outside the step", block: "within a block" }[place]}`,
    hint: ({ word, place }) => misplaced(word, place),
  }),

  IPX0023: defineDiagnostic<{
    readonly name: string;
    readonly place: "file" | "program" | "block";
    readonly suggestion: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name, place }) => `\`${name}\` begins no ${place === "block" ? "statement" : "declaration"}`,
    hint: ({ name, place, suggestion }) => {
      if (suggestion !== null) return didYouMean(suggestion);
      if (place === "block")
        return `A new name is declared by \`let ${name} = ...\`, a state updated by \`${name} <- ...\`.`;
      return place === "program"
        ? "The members of a program begin with a word such as `given`, `let` or `step`."
        : "A file holds programs, problems, nets, functions and imports.";
    },
  }),

  IPX0024: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` cannot be a name`,
    mark: () => "every object of JavaScript has something of this name",
    hint: ({ name }) => `Choose another name, such as \`${name.replaceAll("_", "")}1\`.`,
  }),
};

const statementWords = new Set(["var", "if", "while", "repeat", "report", "return"]);

function misplaced(word: string, place: "file" | "program" | "block"): string {
  if (place !== "block" && statementWords.has(word)) {
    return `Write \`${word}\` inside \`step { ... }\` or the body of a function.`;
  }
  return place === "block"
    ? `Write \`${word}\` in the program, before the step.`
    : `Write \`${word}\` inside the braces of a program.`;
}
