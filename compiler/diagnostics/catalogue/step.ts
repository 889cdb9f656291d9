import { defineDiagnostic } from "../entry.ts";

/** IPX5xxx: the step. */
export const step = {
  IPX5005: defineDiagnostic<{
    readonly name: string;
    /** How it was declared: `let`, `given`, `draw`, ... */
    readonly word: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` cannot change`,
    mark: () => "updated here",
    labels: { declared: ({ word }) => `declared with \`${word}\`` },
    hint: () => "A value that changes within a step is declared `var`; one that lives on is a `state`.",
  }),

  IPX5001: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`old ${name}\` is \`${name}\` here`,
    mark: ({ name }) => `nothing has updated \`${name}\` yet`,
    hint: ({ name }) =>
      `Keep the last value in a state \`${name}1\`: in the step \`let d = ${name} - ${name}1\`, then ` +
      `\`${name}1 <- ${name}\`, and only then the update of \`${name}\`, with \`d\`.`,
  }),

  IPX5002: defineDiagnostic<{ readonly name: string; readonly word: string }>()({
    severity: "error",
    class: "user",
    title: () => "`old` is of states",
    mark: ({ name, word }) => `\`${name}\` is a \`${word}\``,
    labels: { declared: () => "declared here" },
  }),

  IPX5003: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `The state \`${name}\` has no effect`,
    mark: () => "neither step, output, objective, `until` nor `report` reads it",
    hint: ({ name }) => `Use \`${name}\`, or remove it with its updates.`,
  }),

  IPX5004: defineDiagnostic<{ readonly name: string }>()({
    severity: "warning",
    class: "user",
    title: ({ name }) => `The start of \`${name}\` is never used`,
    mark: () => "nothing reads this value",
    labels: { update: ({ name }) => `\`${name}\` is overwritten here first` },
    hint: ({ name }) => `Write \`= 0\`, or read \`${name}\` before it is updated.`,
  }),

  IPX5006: defineDiagnostic<{ readonly name: string }>()({
    severity: "warning",
    class: "user",
    title: ({ name }) => `The state \`${name}\` never changes`,
    mark: () => "no statement updates it",
    hint: ({ name }) => `Update it in the step, \`${name} <- ...\`, or declare a \`let\`.`,
  }),

  IPX5007: defineDiagnostic<{ readonly owner: string; readonly kind: "missing" | "misplaced" | "after" }>()({
    severity: "error",
    class: "user",
    title: ({ owner, kind }) =>
      kind === "missing"
        ? `\`${owner}\` returns nothing`
        : kind === "after"
          ? "Nothing can follow `return`"
          : "`return` stands at the end of a function",
    hint: ({ kind }) =>
      kind === "missing"
        ? "Write `return ...` as the last statement."
        : kind === "after"
          ? "Move this above `return`."
          : "A step has no result: it updates states.",
  }),

  IPX5008: defineDiagnostic<{ readonly what: string; readonly hint: string | null }>()({
    severity: "error",
    class: "user",
    title: () => "A distribution is wanted after `from`",
    mark: ({ what }) => `this is ${what}`,
    hint: ({ hint }) =>
      hint ?? "Write `index(m)`, `batch(m, size = b)`, `normal`, `uniform(a, b)` or `rademacher`.",
  }),

  IPX5009: defineDiagnostic<{ readonly word: string; readonly place: string }>()({
    severity: "error",
    class: "user",
    title: ({ word, place }) => `\`${word}\` cannot stand in ${place}`,
  }),

  IPX5010: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` stands in \`until\` only`,
    mark: () => "this compares two tests of a running solver",
    hint: () => "In the step write `norm2(x - old x)/norm2(x)`.",
  }),
};
