import { defineDiagnostic, didYouMean, listing } from "../entry.ts";
import { reportedCodes } from "./reported.ts";

/** IPX8xxx: binding. 80 to 83 and 86 are found by the runtime, 84 in expressions, 85 in experiment files. */
export const binding = {
  ...reportedCodes,
  IPX8002: defineDiagnostic<{
    readonly name: string;
    /** The data that differs from sample to sample. */
    readonly data: string;
    /** The program's file, and the declaration to write there. */
    readonly programFile: string;
    readonly declaration: string;
    /** The data's entry for a single file. */
    readonly single: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`given ${name}\` is one operator for the whole run`,
    mark: () => "this operator is another one for each sample",
    labels: { data: ({ data }) => `${data} differs from sample to sample` },
    hint: ({ data, programFile, declaration, single }) =>
      `In ${programFile} write \`${declaration}\`; or give one ${data === "M" ? "mask" : `\`${data}\``}: \`${single}\`.`,
  }),
  IPX8401: defineDiagnostic<{ readonly name: string; readonly suggestion: string | null }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` is neither bound nor a name of the library`,
    hint: ({ name, suggestion }) =>
      didYouMean(suggestion) ??
      `Bind it as well: \`--bind ${name}=...\`, in an experiment under \`[given]\`.`,
  }),
  IPX8402: defineDiagnostic<{ readonly what: string }>()({
    severity: "error",
    class: "user",
    title: ({ what }) => `${what} has no place in a binding`,
    hint: () =>
      "A binding is made of numbers, arrays, files, operators and their algebra; see `ipc explain IPX8402`.",
  }),
  IPX8403: defineDiagnostic<{ readonly what: string; readonly hint: string | null }>()({
    severity: "error",
    class: "user",
    title: ({ what }) => what,
    hint: ({ hint }) => hint,
  }),
  /** `sized`: whether the program has sizes that may be bound. */
  IPX8404: defineDiagnostic<{
    readonly operator: string;
    readonly name: string | null;
    readonly sized: boolean;
  }>()({
    severity: "error",
    class: "user",
    title: ({ operator }) => `The size of the arrays that \`${operator}\` acts on is open`,
    hint: ({ operator, name, sized }) => {
      const source = "It follows from a type, from the data or from a mask.";
      if (name === null) return `${source} Give the sizes, or an operator of known size.`;
      if (sized)
        return `${source} For \`${name}\`, bind the program's sizes, its inputs, or an operator of known size.`;
      return (
        `${source} The types of this program have no sizes to bind. Multiply by an operator of known size, ` +
        `\`--bind '${name}=${operator}*mask(array("mask.npy"))'\`, or declare ${name} on R[h, w] with the sizes ` +
        "h, w in the header, and bind these."
      );
    },
  }),
  IPX8405: defineDiagnostic<{ readonly names: readonly string[] }>()({
    severity: "error",
    class: "user",
    title: ({ names }) => `The bindings of ${names.map((name) => `\`${name}\``).join(", ")} need each other`,
    hint: () => "Break the circle: one of them must stand without the others.",
  }),
  IPX8501: defineDiagnostic<{ readonly why: string }>()({
    severity: "error",
    class: "user",
    title: ({ why }) => `This is not TOML: ${why}`,
  }),
  IPX8502: defineDiagnostic<{
    readonly key: string;
    readonly table: string;
    readonly suggestion: string | null;
    readonly known: readonly string[];
  }>()({
    severity: "error",
    class: "user",
    title: ({ key, table }) => `${table} has no \`${key}\``,
    hint: ({ suggestion, known }) =>
      didYouMean(suggestion) ?? (known.length === 0 ? null : `It has ${known.join(", ")}.`),
  }),
  IPX8503: defineDiagnostic<{ readonly what: string; readonly hint: string | null }>()({
    severity: "error",
    class: "user",
    title: ({ what }) => what,
    hint: ({ hint }) => hint,
  }),
  IPX8504: defineDiagnostic<{
    readonly name: string;
    readonly known: readonly string[];
    readonly file: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name, file }) => `${file} holds no program${name === "" ? "" : ` \`${name}\``}`,
    hint: ({ known }) =>
      known.length === 0
        ? "A method runs once it is joined with a problem: `program p = method for problem`."
        : `It holds ${known.join(", ")}.`,
  }),
  IPX8505: defineDiagnostic<{ readonly file: string; readonly known: readonly string[] }>()({
    severity: "error",
    class: "user",
    title: ({ file }) => `${file} holds several programs, and one is wanted`,
    hint: ({ known }) => `Choose one by its name: ${listing(known, "or")}.`,
  }),
};
