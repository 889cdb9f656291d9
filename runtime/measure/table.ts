import type { Summary } from "./summary.ts";

/** A cell: text, a number, a summary (mean and standard deviation), or nothing. */
export type Cell = string | number | Summary | null;

/** A column: its name is the key in JSON; its unit stands in the head. */
export interface Column {
  readonly name: string;
  readonly unit?: string;
  /** Digits after the point in text; 2 unless given. CSV and JSON keep all digits. */
  readonly digits?: number;
}

/** Rows of cells under columns, and notes that belong to them. */
export interface Table {
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly notes?: readonly string[];
}

/** Aligned plain text: words to the left, numbers to the right; a summary is `mean ± deviation`. */
export function tableText(table: Table): string {
  const head = table.columns.map(columnHead);
  const body = table.rows.map((row) => table.columns.map((column, i) => cellText(row[i] ?? null, column)));
  const widths = head.map((text, i) =>
    Math.max(...[text, ...body.map((row) => row[i] ?? "")].map(textLength)),
  );
  const numeric = table.columns.map((_, i) => table.rows.some((row) => isNumeric(row[i] ?? null)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, i) => pad(text, widths[i] ?? 0, numeric[i] ?? false))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  const title = table.title === undefined ? [] : [table.title, ""];
  const notes = table.notes === undefined || table.notes.length === 0 ? [] : ["", ...table.notes];
  return [...title, line(head), rule, ...body.map(line), ...notes].join("\n") + "\n";
}

/** CSV by RFC 4180 with all digits; a summary takes three columns (name, name_sd, name_n); NaN is empty. */
export function tableCsv(table: Table): string {
  const summaries = table.columns.map((_, i) => table.rows.some((row) => isSummary(row[i] ?? null)));
  const head = table.columns.flatMap(({ name }, i) =>
    summaries[i] ? [name, `${name}_sd`, `${name}_n`] : [name],
  );
  const body = table.rows.map((row) =>
    table.columns.flatMap((_, i) => csvCells(row[i] ?? null, summaries[i] ?? false)),
  );
  return [head, ...body].map((row) => row.map(csvQuote).join(",") + "\r\n").join("");
}

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A list of objects, a row each, keyed by column; NaN and infinity are null; a summary is {mean, sd, n}. */
export function tableJson(table: Table): readonly { readonly [key: string]: Json }[] {
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map(({ name }, i) => [name, cellJson(row[i] ?? null)])),
  );
}

/** A number with fixed digits, a true minus sign, and words for what is no finite number. */
export function numberText(value: number, digits: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const text = value.toFixed(digits);
  return (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text).replace("-", "−");
}

function isSummary(cell: Cell): cell is Summary {
  return typeof cell === "object" && cell !== null;
}

function isNumeric(cell: Cell): boolean {
  return typeof cell === "number" || isSummary(cell);
}

function columnHead({ name, unit }: Column): string {
  return unit === undefined ? name : `${name} (${unit})`;
}

function cellText(cell: Cell, { digits = 2 }: Column): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  if (typeof cell === "number") return numberText(cell, digits);
  const mean = numberText(cell.mean, digits);
  if (Number.isNaN(cell.standardDeviation)) return mean;
  return `${mean} ± ${numberText(cell.standardDeviation, digits)}`;
}

function csvCells(cell: Cell, asSummary: boolean): readonly string[] {
  if (isSummary(cell)) return [cell.mean, cell.standardDeviation, cell.n].map(csvNumber);
  const text = typeof cell === "number" ? csvNumber(cell) : (cell ?? "");
  return asSummary ? [text, "", ""] : [text];
}

function csvNumber(value: number): string {
  if (Number.isNaN(value)) return "";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}

function csvQuote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellJson(cell: Cell): Json {
  if (isSummary(cell)) {
    return { mean: finite(cell.mean), sd: finite(cell.standardDeviation), n: cell.n };
  }
  return typeof cell === "number" ? finite(cell) : cell;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function textLength(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - textLength(text)));
  return right ? space + text : text + space;
}
