/** `text` as a factor of a product: in brackets if it is a sum. */
export function factorText(text: string): string {
  return hasOutside(text, "+") ? `(${text})` : text;
}

/** `text` as the operand of an adjoint: in brackets if it is a sum or a product. */
export function operandText(text: string): string {
  return hasOutside(text, "+") || hasOutside(text, "*") || text.startsWith("-") ? `(${text})` : text;
}

/** Whether a sign stands outside of all brackets. */
function hasOutside(text: string, sign: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "(" || character === "[") depth++;
    else if (character === ")" || character === "]") depth--;
    else if (character === sign && depth === 0) return true;
  }
  return false;
}
