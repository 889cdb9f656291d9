import { defineDiagnostic } from "../entry.ts";

/** IPX8xxx: binding. */
export const binding = {
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
};
