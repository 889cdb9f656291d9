/** A sign of papers or of other languages, with what the language has instead. */
export interface ForeignSign {
  readonly sign: string;
  /** What to write, as code. */
  readonly instead: string;
  /** Whether replacing the sign by `instead` is all that is needed. */
  readonly exact: boolean;
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
  ...exact("** ∗∗", "^"),
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

/** The foreign sign that stands at an offset, if any; the language's own `!=` and `|>` are none. */
export function foreignSignAt(text: string, offset: number): ForeignSign | null {
  if (text.startsWith("!=", offset) || text.startsWith("|>", offset)) return null;
  return foreignSigns.find(({ sign }) => text.startsWith(sign, offset)) ?? null;
}
