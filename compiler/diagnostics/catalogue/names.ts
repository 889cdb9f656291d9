import { defineDiagnostic, didYouMean } from "../entry.ts";

/** IPX1xxx: names. */
export const names = {
  IPX1001: defineDiagnostic<{ readonly name: string; readonly suggestion: string | null }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `I do not know \`${name}\``,
    hint: ({ suggestion }) => didYouMean(suggestion),
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
    mark: () => "this is written in the reference as [later]",
  }),
};
