/** A legal identifier of TypeScript that keeps letters and digits: `θ₀` is `θ0`, `D.conv1` is `D_conv1`. */
export function identifier(hint: string): string {
  const digits = hint.replace(/[₀-₉]/gu, (sign) => String(sign.charCodeAt(0) - 0x2080));
  const legal = digits
    .normalize("NFKC")
    .replace(/[^\p{ID_Continue}]+/gu, "_")
    .replace(/^_+|_+$/gu, "");
  if (legal === "") return "v";
  return /^\p{ID_Start}/u.test(legal) ? legal : `v${legal}`;
}

/** `hint` made an identifier that is not among those taken: `x`, else `x_2`, `x_3`. */
export function uniqueIdentifier(hint: string, taken: (name: string) => boolean): string {
  const base = identifier(hint);
  if (!taken(base)) return base;
  let count = 2;
  while (taken(`${base}_${count}`)) count += 1;
  return `${base}_${count}`;
}
