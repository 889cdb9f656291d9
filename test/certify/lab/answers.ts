import { analyse } from "../../../compiler/compile.ts";
import type { Certificate } from "../../../runtime/program/definition.ts";
import { certify } from "../../../compiler/certify/certify.ts";

/** The certificate of the only program of a text, and the codes and severities of all that is said of the file. */
export interface Answer {
  readonly certificate: Certificate | null;
  readonly said: readonly string[];
  readonly hints: string;
}

export function answerOf(text: string): Answer {
  const { checked, diagnostics } = analyse({ path: "test.ipx", text }, () => null);
  const [program] = checked.programs;
  if (program === undefined) {
    throw new Error(diagnostics.map(({ message, mark }) => `${message}: ${mark}`).join("\n"));
  }
  return {
    certificate: certify(program).certificate,
    said: diagnostics.map(({ code, severity }) => `${severity} ${code}`),
    hints: diagnostics.map(({ hint }) => hint ?? "").join("\n"),
  };
}
