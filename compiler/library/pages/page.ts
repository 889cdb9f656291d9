/** What the page of a library name says beside its signature: `docs/library.md`, and `ipc explain NAME`. */
export interface LibraryPage {
  /** what is known of its norm, Lipschitz constant or prox, and how, beyond what the tables say */
  readonly rule?: string;
  /** the source of the mathematics, or of the meaning where it is a plain definition */
  readonly citation: string;
  /** a program that uses it, sound and compiled unless `notYet` says otherwise */
  readonly example: string;
  /** what this version cannot do with the example (docs/language.md, section 13); absent where it compiles */
  readonly notYet?: "compiled" | "checked";
  /** the example is no program, but an expression for `--bind` */
  readonly binding?: true;
}

/** Sources that several plain definitions follow. */
export const SOURCES = {
  /** entry by entry with repetition, reductions and joins of arrays */
  arrays: "Harris et al., Array programming with NumPy, Nature 585 (2020)",
  matrices: "Golub and Van Loan, Matrix Computations (2013)",
  functions: "Olver, Lozier, Boisvert, Clark, NIST Handbook of Mathematical Functions (2010)",
  arithmetic: "IEEE Standard for Floating-Point Arithmetic, 754 (2019)",
  complex: "Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus, arXiv:0906.4835 (2009)",
  deblurring: "Hansen, Nagy, O'Leary, Deblurring Images, chapter 3 (2006)",
} as const;

/** A program with the given sizes and spaces between its brackets, a member a line. */
export function example(sizes: string, ...members: readonly string[]): string {
  return ["program example[" + sizes + "] {", ...members.map((member) => `  ${member}`), "}"].join("\n");
}
