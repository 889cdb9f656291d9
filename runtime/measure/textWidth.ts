/** Advance widths of DejaVu Sans for the characters from space to tilde, in 1/2048 of the font size. */
const WIDTHS = [
  651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303, 1303, 1303,
  1303, 1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577,
  1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401,
  2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569,
  569, 1186, 569, 1995, 1298, 1253, 1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690,
  1303, 1716,
] as const;
const UNITS = 2048;
const FIRST = 0x20;
/** For characters outside the table: the width of a minus or multiplication sign, wider than most letters. */
const OTHER = 1716;
/** How much wider the bold face is, at most about. */
const BOLD = 1.18;

/** The width of a line of text in DejaVu Sans at a font size, in the size's unit; a little much for bold. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let units = 0;
  for (const character of text) units += WIDTHS[(character.codePointAt(0) ?? 0) - FIRST] ?? OTHER;
  return (units / UNITS) * fontSize * (bold ? BOLD : 1);
}

/** The font size at which a line fits into `room`, not above `largest`. */
export function fittingSize(text: string, largest: number, room: number, bold = false): number {
  return Math.min(largest, (largest * room) / Math.max(1, textWidth(text, largest, bold)));
}
