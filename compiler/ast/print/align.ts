import { type ColumnKey, type Family, type Line, type PlacedLine, widthBefore } from "./lines.ts";
import { flat } from "./pieces.ts";

/** How much adjacent lines may differ in width and still be aligned where the author has begun to. */
const tolerance = 10;

/** Columns that are always aligned in a run, and those that are where the author has padded one of its lines. */
const columns: readonly { readonly key: ColumnKey; readonly always: boolean }[] = [
  { key: "name", always: true },
  { key: "sign", always: true },
  { key: "arrow", always: false },
  { key: "per", always: false },
  { key: "initial", always: false },
  { key: "pipe", always: false },
];

/** Aligns like lines that stand together. */
export function align(lines: readonly Line[]): readonly PlacedLine[] {
  let placed: PlacedLine[] = withFamilies(lines).map((line) => ({
    ...line,
    gaps: line.cells.map(({ pieces }) => (pieces.length === 0 ? 0 : 1)),
  }));
  for (const { key, always } of columns) placed = alignColumn(placed, key, always);
  return placed;
}

/** A `var` among `let`s, and a `let` among members, belongs to them if it was written so. */
function withFamilies(lines: readonly Line[]): readonly Line[] {
  const result: Line[] = [];
  for (const line of lines) result.push({ ...line, family: familyOf(line, result) });
  return result;
}

function familyOf(line: Line, before: readonly Line[]): Family | null {
  const previous = before[before.length - 1];
  const padded = (key: ColumnKey): boolean => line.cells.some((cell) => cell.key === key && cell.padded);
  if (previous === undefined || line.spaced || previous.indent !== line.indent) return line.family;
  if (line.family === "let" && previous.family === "member" && padded("name")) return "member";
  const joins = line.family === "var" && previous.family === "let" && padded("sign");
  return joins && nameWidth(line) < longestName(before) ? "let" : line.family;
}

function nameWidth({ cells }: Line): number {
  return flat(cells.find(({ key }) => key === "name")?.pieces ?? []).length;
}

/** The width of the longest name in the run that ends the list. */
function longestName(lines: readonly Line[]): number {
  let longest = 0;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index];
    if (line === undefined || line.family !== "let") break;
    longest = Math.max(longest, nameWidth(line));
    if (line.spaced) break;
  }
  return longest;
}

function alignColumn(lines: readonly PlacedLine[], key: ColumnKey, always: boolean): PlacedLine[] {
  const result = [...lines];
  for (let from = 0; from < lines.length;) {
    const to = runEnd(result, from, key, always ? Infinity : tolerance);
    const run = result.slice(from, to);
    const cell = (line: PlacedLine): number => line.cells.findIndex((one) => one.key === key);
    const wanted = always || run.some((line) => line.cells[cell(line)]?.padded === true);
    if (run.length > 1 && wanted && run.some((line) => line.cells[cell(line)]?.pieces.length !== 0)) {
      const widest = Math.max(...run.map((line) => widthBefore(line, cell(line))));
      run.forEach((line, index) => (result[from + index] = pad(line, cell(line), widest)));
    }
    from = to;
  }
  return result;
}

function runEnd(lines: readonly PlacedLine[], from: number, key: ColumnKey, limit: number): number {
  let end = from + 1;
  const width = (line: PlacedLine): number =>
    widthBefore(
      line,
      line.cells.findIndex((cell) => cell.key === key),
    );
  for (let line = lines[from]; line !== undefined; end += 1) {
    const next = lines[end];
    const has = (one: PlacedLine): boolean => one.cells.some((cell) => cell.key === key);
    if (next === undefined || next.spaced || next.family !== line.family || next.family === null) break;
    if (next.indent !== line.indent || !has(line) || !has(next)) break;
    if (key === "name" && next.family !== "member") break;
    if (Math.abs(width(line) - width(next)) > limit) break;
    line = next;
  }
  return end;
}

function pad(line: PlacedLine, cell: number, widest: number): PlacedLine {
  const empty = line.cells[cell]?.pieces.length === 0;
  const gap = widest - widthBefore(line, cell) + (empty ? 0 : 1);
  return { ...line, gaps: line.gaps.map((one, index) => (index === cell ? gap : one)) };
}
