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
};
