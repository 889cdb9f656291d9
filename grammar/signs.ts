/** A sign of papers or of other languages, with what the language has instead. */
export interface ForeignSign {
  readonly sign: string;
  /** What to write, as code. */
  readonly instead: string;
  /** Whether replacing the sign by `instead` is all that is needed. */
  readonly exact: boolean;
  /** What to write instead where arrays are meant, if that differs: then nobody knows which without types. */
  readonly entrywise?: string;
}

const exact = (signs: string, instead: string): readonly ForeignSign[] =>
  signs.split(" ").map((sign) => ({ sign, instead, exact: true }));

const roughly = (signs: string, instead: string): readonly ForeignSign[] =>
  signs.split(" ").map((sign) => ({ sign, instead, exact: false }));

/** Every foreign sign, the longer ones first, so that `===` is not read as `==` and `=`. */
const foreignSigns: readonly ForeignSign[] = [
  ...exact("ᵀ ᴴ ᵗ ⊤ ⊺ † ’ ′", "'"),
  ...exact("≤ ⩽ =<", "<="),
  ...exact("≥ ⩾", ">="),
  ...exact("≠ <> ~=", "!="),
  ...exact("===", "=="),
  ...exact("∇", "grad"),
  ...exact("∈", "in"),
  ...exact("→ ↦ ⟶", "->"),
  ...exact("← ⟵", "<-"),
  ...exact("× · ⋅ ∙ ∘ @ ∗", "*"),
  ...exact("⊙", ".*"),
  ...exact("÷", "/"),
  ...exact("− – —", "-"),
  ...exact("** ∗∗", "^").map((sign) => ({ ...sign, entrywise: ".^" })),
  ...exact(".**", ".^"),
  ...exact("&& & ∧", "and"),
  ...exact("|| ∨", "or"),
  ...exact("! ¬", "not"),
  ...exact("∞", "inf"),
  ...exact("²", "^2"),
  ...exact("³", "^3"),
  ...exact("½", "1/2"),
  ...exact("ℝ", "R"),
  ...exact("ℂ", "C"),
  ...roughly("⁻¹", "inv(...)"),
  ...roughly("√", "sqrt(...)"),
  ...roughly("+=", "x <- x + ..."),
  ...roughly("-=", "x <- x - ..."),
  ...roughly("*=", "x <- x*..."),
  ...roughly(":=", "x <- ..."),
  ...roughly("++", "x <- x + 1"),
  ...roughly("/=", "!="),
  ...roughly("=>", "->"),
  ...roughly("#", "//"),
  ...roughly("%", "mod(..., ...)"),
  ...roughly("| ‖ ∥", "norm2(...)"),
  ...roughly("⟨ ⟩", "dot(..., ...)"),
  ...roughly("∑", "sum(...)"),
  ...roughly("∏", "exp(sum(log(...)))"),
  ...roughly("∂", "grad"),
  ...roughly("?", "if ... then ... else ..."),
  ...roughly("/*", "// ..."),
  ...roughly("“ ” „ «", '"'),
  ...roughly("≈ ≡", "=="),
  ...roughly("⊕", "+"),
  ...roughly("⊗", ".*"),
  ...roughly("∀", "repeat"),
].sort((a, b) => b.sign.length - a.sign.length);

/** `A.T` and `A.adjoint()`, behind their `A`. */
const attribute = /\.(?:T|H|adjoint|transpose)(?![\p{L}\p{N}_])(?:\(\))?/uy;

function adjointAt(text: string, offset: number): ForeignSign | null {
  attribute.lastIndex = offset;
  const sign = attribute.exec(text)?.[0];
  if (sign === undefined) return null;
  return { sign, instead: text[offset + sign.length] === "(" ? "'*" : "'", exact: true };
}

/** A text between single quotes, which cannot be adjoints where nothing stands before them. */
const quoted = /'[^'\n\r]*'/uy;

function quotedAt(text: string, offset: number): ForeignSign | null {
  if (text[offset] !== "'" || !/[(,=]\s*$/u.test(text.slice(Math.max(0, offset - 20), offset))) return null;
  quoted.lastIndex = offset;
  const sign = quoted.exec(text)?.[0];
  return sign === undefined ? null : { sign, instead: `"${sign.slice(1, -1)}"`, exact: true };
}

/** The foreign sign that stands at an offset, if any; the language's own `!=` and `|>` are none. */
export function foreignSignAt(text: string, offset: number): ForeignSign | null {
  if (text.startsWith("!=", offset) || text.startsWith("|>", offset)) return null;
  const longer = adjointAt(text, offset) ?? quotedAt(text, offset);
  if (longer !== null) return longer;
  return foreignSigns.find(({ sign }) => text.startsWith(sign, offset)) ?? null;
}
