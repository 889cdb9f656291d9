import { decimal, element } from "./svg.ts";

type MarkerShape = "circle" | "square" | "triangle" | "diamond" | "triangleDown";

/** What tells one curve from the others: colour, marker and dashes, so that colour alone is never needed. */
export interface SeriesStyle {
  readonly colour: string;
  readonly marker: MarkerShape;
  readonly dash?: string;
}

/** Colours that people of any colour vision can tell apart. Source: Okabe and Ito, 2008, without the yellow. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#3d3d3d"] as const;
const MARKERS: readonly MarkerShape[] = ["circle", "square", "triangle", "diamond", "triangleDown"];

/** The style of curve `index`; colours and markers have cycles of 7 and 5, so that 35 curves differ. */
export function styleOf(index: number, dashed: boolean): SeriesStyle {
  const colour = COLOURS[index % COLOURS.length] ?? COLOURS[0];
  const marker = MARKERS[index % MARKERS.length] ?? "circle";
  return dashed ? { colour, marker, dash: "6 5" } : { colour, marker };
}

/** The corners of the markers around (0, 0); a circle has none. */
const CORNERS: { readonly [M in MarkerShape]: readonly (readonly [number, number])[] } = {
  circle: [],
  square: [
    [-3.6, -3.6],
    [3.6, -3.6],
    [3.6, 3.6],
    [-3.6, 3.6],
  ],
  triangle: [
    [0, -4.8],
    [4.6, 3.4],
    [-4.6, 3.4],
  ],
  diamond: [
    [0, -5],
    [5, 0],
    [0, 5],
    [-5, 0],
  ],
  triangleDown: [
    [0, 4.8],
    [4.6, -3.4],
    [-4.6, -3.4],
  ],
};

/** A marker as SVG, with a white rim so that it stands out from lines below it. */
export function markerAt({ colour, marker }: SeriesStyle, x: number, y: number): string {
  const paint = { fill: colour, stroke: "#ffffff", "stroke-width": 1.2 };
  if (marker === "circle") return element("circle", { cx: x, cy: y, r: 4.1, ...paint });
  const points = CORNERS[marker].map(([dx, dy]) => `${decimal(x + dx)},${decimal(y + dy)}`).join(" ");
  return element("polygon", { points, ...paint, "stroke-linejoin": "round" });
}
