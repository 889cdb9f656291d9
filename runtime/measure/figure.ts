import { markerAt, type SeriesStyle, styleOf } from "./seriesStyle.ts";
import { type Scale, type ScaleKind, scaleOver } from "./scale.ts";
import { decimal, drawing, element, text } from "./svg.ts";
import { fittingSize, textWidth } from "./textWidth.ts";

/** An axis: what it shows, in which unit. */
export interface FigureAxis {
  readonly label: string;
  readonly unit?: string;
  readonly scale?: ScaleKind;
  /** The ends, where the data should not decide. */
  readonly range?: readonly [number, number];
}

/** A curve. Points without a finite place interrupt it. */
export interface FigureSeries {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Half the height of a band around the curve, for instance the standard deviation. */
  readonly deviation?: readonly number[];
  /** For baselines and bounds. */
  readonly dashed?: boolean;
}

/** A line chart. */
export interface LineFigure {
  readonly title: string;
  /** A line below the title: setting, n, engine. */
  readonly subtitle?: string;
  readonly x: FigureAxis;
  readonly y: FigureAxis;
  readonly series: readonly FigureSeries[];
  /** In pixels of the SVG; 760 x 440 unless given. */
  readonly width?: number;
  readonly height?: number;
}

const INK = "#1f2328";
const QUIET = "#59636e";
const GRID = "#e4e8ec";
const MARGIN = 20;
const TICK_SIZE = 12;
const LABEL_SIZE = 12.5;
const LEGEND_SIZE = 12.5;
const LEGEND_KEY = 30;
const LEGEND_ROW = 24;

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Placed {
  readonly series: FigureSeries;
  readonly style: SeriesStyle;
}

/** A line chart as SVG: the same figure gives the same text. */
export function lineFigure(figure: LineFigure): string {
  const { width = 760, height = 440 } = figure;
  const x = axisScale(
    figure.x,
    figure.series.flatMap((series) => series.x),
    false,
  );
  const y = axisScale(figure.y, figure.series.flatMap(reachOf), true);
  const placed = figure.series.map((series, index) => ({
    series,
    style: styleOf(index, series.dashed === true),
  }));
  const frame = frameOf(figure, y, width, height);
  const across = (value: number): number => frame.left + x.place(value) * (frame.right - frame.left);
  const up = (value: number): number => frame.bottom - y.place(value) * (frame.bottom - frame.top);
  return drawing(width, height, figure.title, [
    ...heading(figure, width),
    ...gridAndTicks(frame, x, y, across, up),
    ...axisLabels(figure, frame),
    ...placed.map((one) => band(one, across, up)),
    ...placed.map((one) => curve(one, across, up)),
    ...legend(placed, frame),
  ]);
}

function axisScale(axis: FigureAxis, values: readonly number[], extend: boolean): Scale {
  if (axis.range !== undefined) return scaleOver(axis.range, axis.scale ?? "linear", false);
  return scaleOver(values, axis.scale ?? "linear", extend);
}

function reachOf({ y, deviation }: FigureSeries): readonly number[] {
  if (deviation === undefined) return y;
  return y.flatMap((value, i) => [value - (deviation[i] ?? 0), value + (deviation[i] ?? 0)]);
}

function frameOf(figure: LineFigure, y: Scale, width: number, height: number): Frame {
  const tickWidth = Math.max(0, ...y.ticks.map(({ label }) => textWidth(label, TICK_SIZE)));
  const names = figure.series.map(({ name }) => textWidth(name, LEGEND_SIZE));
  const legendWidth = names.length === 0 ? 0 : 24 + LEGEND_KEY + Math.max(...names);
  return {
    left: MARGIN + tickWidth + 12,
    right: width - MARGIN - legendWidth,
    top: figure.subtitle === undefined ? 80 : 100,
    bottom: height - 58,
  };
}

function heading({ title, subtitle }: LineFigure, width: number): readonly string[] {
  const room = width - 2 * MARGIN;
  const titleSize = fittingSize(title, 17, room, true);
  const main = text(title, { x: MARGIN, y: 34, "font-size": titleSize, "font-weight": "bold", fill: INK });
  if (subtitle === undefined) return [main];
  const subtitleSize = fittingSize(subtitle, 12.5, room);
  return [main, text(subtitle, { x: MARGIN, y: 55, "font-size": subtitleSize, fill: QUIET })];
}

function gridAndTicks(
  frame: Frame,
  x: Scale,
  y: Scale,
  across: (value: number) => number,
  up: (value: number) => number,
): readonly string[] {
  const rows = y.ticks.flatMap(({ value, label }) => [
    element("line", { x1: frame.left, x2: frame.right, y1: up(value), y2: up(value), stroke: GRID }),
    text(label, {
      x: frame.left - 10,
      y: up(value) + TICK_SIZE * 0.36,
      "font-size": TICK_SIZE,
      "text-anchor": "end",
      fill: QUIET,
    }),
  ]);
  const columns = x.ticks.flatMap(({ value, label }) => [
    element("line", {
      x1: across(value),
      x2: across(value),
      y1: frame.bottom,
      y2: frame.bottom + 5,
      stroke: QUIET,
    }),
    text(label, {
      x: across(value),
      y: frame.bottom + 20,
      "font-size": TICK_SIZE,
      "text-anchor": "middle",
      fill: QUIET,
    }),
  ]);
  const base = element("line", {
    x1: frame.left,
    x2: frame.right,
    y1: frame.bottom,
    y2: frame.bottom,
    stroke: QUIET,
  });
  return [...rows, ...columns, base];
}

function axisLabels({ x, y }: LineFigure, frame: Frame): readonly string[] {
  return [
    text(labelOf(y), { x: MARGIN, y: frame.top - 18, "font-size": LABEL_SIZE, fill: INK }),
    text(labelOf(x), {
      x: (frame.left + frame.right) / 2,
      y: frame.bottom + 44,
      "font-size": LABEL_SIZE,
      "text-anchor": "middle",
      fill: INK,
    }),
  ];
}

function labelOf({ label, unit }: FigureAxis): string {
  return unit === undefined ? label : `${label} (${unit})`;
}

function band(
  { series, style }: Placed,
  across: (value: number) => number,
  up: (value: number) => number,
): string {
  const { deviation } = series;
  if (deviation === undefined) return "";
  const rim = (sign: 1 | -1): readonly string[] =>
    series.x.map((value, i) => point(across(value), up((series.y[i] ?? NaN) + sign * (deviation[i] ?? 0))));
  const outline = [...rim(1), ...[...rim(-1)].reverse()].filter((place) => place !== NO_POINT);
  return element("polygon", { points: outline.join(" "), fill: style.colour, "fill-opacity": 0.14 });
}

const NO_POINT = "";

function point(x: number, y: number): string {
  return Number.isFinite(x) && Number.isFinite(y) ? `${decimal(x)},${decimal(y)}` : NO_POINT;
}

/** Markers of one curve are at least this far apart, in pixels. */
const MARKER_GAP = 22;

interface Place {
  readonly x: number;
  readonly y: number;
}

function visible({ x, y }: Place): boolean {
  return point(x, y) !== NO_POINT;
}

/** The first and the last point of a curve, and those between that are far enough from the marked one before. */
function marked(places: readonly Place[]): readonly Place[] {
  const chosen: Place[] = [];
  const far = (a: Place, b: Place | undefined): boolean =>
    b === undefined || Math.hypot(a.x - b.x, a.y - b.y) >= MARKER_GAP;
  for (const place of places.filter(visible)) if (far(place, chosen.at(-1))) chosen.push(place);
  const last = places.findLast(visible);
  if (last === undefined || last === chosen.at(-1)) return chosen;
  if (chosen.length > 1 && !far(last, chosen.at(-1))) chosen.pop();
  return [...chosen, last];
}

function curve(
  { series, style }: Placed,
  across: (value: number) => number,
  up: (value: number) => number,
): string {
  const places = series.x.map((value, i) => ({ x: across(value), y: up(series.y[i] ?? NaN) }));
  const path = places
    .map((place, i) => {
      if (!visible(place)) return "";
      const before = places[i - 1];
      const command = before !== undefined && visible(before) ? "L" : "M";
      return `${command}${point(place.x, place.y)}`;
    })
    .join("");
  const markers = marked(places).map(({ x, y }) => markerAt(style, x, y));
  const line = element("path", { d: path, fill: "none", ...strokeOf(style) });
  return element("g", {}, [...(path === "" ? [] : [line]), ...markers, ""]);
}

function strokeOf(style: SeriesStyle): Readonly<Record<string, string | number | undefined>> {
  return {
    stroke: style.colour,
    "stroke-width": 2,
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
    "stroke-dasharray": style.dash,
  };
}

function legend(placed: readonly Placed[], frame: Frame): readonly string[] {
  const left = frame.right + 24;
  const step = Math.min(LEGEND_ROW, (frame.bottom - frame.top) / placed.length);
  return placed.map(({ series, style }, row) => {
    const y = frame.top + 6 + row * step;
    return element("g", {}, [
      element("line", { x1: left, x2: left + 22, y1: y, y2: y, ...strokeOf(style) }),
      markerAt(style, left + 11, y),
      text(series.name, {
        x: left + LEGEND_KEY,
        y: y + LEGEND_SIZE * 0.36,
        "font-size": LEGEND_SIZE,
        fill: INK,
      }),
    ]);
  });
}
