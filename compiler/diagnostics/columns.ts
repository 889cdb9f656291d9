/** A line as it is shown: tabs as blanks, what cannot be shown as a sign, and the columns of its characters. */
export interface ShownLine {
  readonly text: string;
  /** The column on the screen, from 0, of an offset in the line. */
  columnAt(offset: number): number;
}

const tabWidth = 4;

/** The widest line that is shown whole; of a longer one, what lies around the marks. */
const lineLimit = 180;
const contextWidth = 70;

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const mark = /[\p{Mn}\p{Me}\u200b-\u200f\ufeff]/u;
const control = /[\p{Cc}\p{Cs}]/u;

/** How many columns a text takes on the screen. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

function widthOf(character: string): number {
  if (character === "\t") return tabWidth;
  if (mark.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

function shown(character: string): string {
  if (character === "\t") return " ".repeat(tabWidth);
  return control.test(character) ? "\ufffd" : character;
}

/** A text on one line, such as the name of a file, with signs for what would command the terminal. */
export function printable(text: string): string {
  return [...text].map(shown).join("");
}

/** Shows a line; `focus` are the offsets, from and to, that must be seen. */
export function showLine(line: string, focus: readonly [number, number]): ShownLine {
  const [from, to] = line.length <= lineLimit ? [0, line.length] : windowAround(line, focus);
  const start = from > 0 ? "…" : "";
  const body = [...line.slice(from, to)].map(shown).join("");
  return {
    text: start + body + (to < line.length ? "…" : ""),
    columnAt: (offset) => start.length + columnsOf(line.slice(from, Math.max(from, Math.min(offset, to)))),
  };
}

function windowAround(line: string, [first, last]: readonly [number, number]): [number, number] {
  const from = Math.max(0, first - contextWidth);
  return [
    from,
    Math.min(line.length, Math.max(from + 2 * contextWidth, Math.min(last, first + contextWidth))),
  ];
}
