import { type HostArray, shapeText } from "../io/hostArray.ts";
import { DataError } from "../io/dataError.ts";
import { writePng } from "../io/png.ts";
import { drawing, element, text } from "./svg.ts";
import { fittingSize, textWidth } from "./textWidth.ts";

/** A picture, what it is, and what is to be said of it. */
export interface MontagePicture {
  /** [height, width] or [height, width, 3]; shown from black at `range[0]` to white at `range[1]`. */
  readonly picture: HostArray;
  readonly caption: string;
  /** A second, quieter line: PSNR and SSIM, for instance. */
  readonly note?: string;
}

/** Pictures side by side. */
export interface Montage {
  readonly title?: string;
  readonly subtitle?: string;
  readonly pictures: readonly MontagePicture[];
  /** Pictures in a row; all in one row up to four unless given. */
  readonly columns?: number;
  /** What is black and what is white; [0, 1] unless given. */
  readonly range?: readonly [number, number];
  /** The width of a picture's place in pixels of the SVG; 256 unless given. */
  readonly cell?: number;
}

const INK = "#1f2328";
const QUIET = "#59636e";
const MARGIN = 24;
const GAP = 20;
const CAPTION_SIZE = 14;
const NOTE_SIZE = 12.5;
const LINE = 19;
/** The most height of a picture's place, in widths: what is longer becomes narrow. */
const MOST_HEIGHT = 2;

/**
 * Pictures with captions as one SVG, the pixels embedded as they are (PNG, 8 bits); enlarged without smoothing.
 * A picture keeps its proportions within its place; each row is as high as its tallest picture.
 * @throws DataError where an array is no picture or holds NaN.
 */
export function montage(contents: Montage): string {
  const { pictures, cell = 256, range = [0, 1] } = contents;
  const columns = Math.max(1, contents.columns ?? Math.min(4, pictures.length));
  const heights = rowHeights(pictures, columns, cell);
  const lines = 1 + (pictures.some(({ note }) => note !== undefined) ? 1 : 0);
  const words = 8 + lines * LINE + GAP;
  const head = headHeight(contents);
  const tops = heights.map((_, row) => heights.slice(0, row).reduce((top, own) => top + own + words, head));
  const width = Math.max(
    2 * MARGIN + columns * cell + (columns - 1) * GAP,
    titleWidth(contents) + 2 * MARGIN,
  );
  const height = heights.reduce((sum, own) => sum + own + words, head) - GAP + MARGIN;
  const places = pictures.map((one, index) => {
    const left = MARGIN + (index % columns) * (cell + GAP);
    const row = Math.floor(index / columns);
    return placed(one, left, tops[row] ?? head, cell, heights[row] ?? cell, range);
  });
  return drawing(width, height, contents.title ?? "Pictures", [...heading(contents), ...places]);
}

/** The height of the pictures of each row. */
function rowHeights(pictures: readonly MontagePicture[], columns: number, cell: number): readonly number[] {
  const rows = Math.ceil(pictures.length / columns);
  return Array.from({ length: rows }, (_, row) => {
    const own = pictures.slice(row * columns, (row + 1) * columns);
    const tallest = Math.max(1, ...own.map(({ picture }) => cell * aspect(picture)));
    return Math.min(tallest, MOST_HEIGHT * cell);
  });
}

function headHeight({ title, subtitle }: Montage): number {
  if (title === undefined) return MARGIN;
  return subtitle === undefined ? 58 : 80;
}

function titleWidth({ title = "", subtitle = "" }: Montage): number {
  return Math.max(textWidth(title, 17, true), textWidth(subtitle, 12.5));
}

function heading({ title, subtitle }: Montage): readonly string[] {
  if (title === undefined) return [];
  const main = text(title, { x: MARGIN, y: 38, "font-size": 17, "font-weight": "bold", fill: INK });
  if (subtitle === undefined) return [main];
  return [main, text(subtitle, { x: MARGIN, y: 60, "font-size": 12.5, fill: QUIET })];
}

function aspect({ shape }: HostArray): number {
  const [height = 0, width = 0] = shape;
  if (height > 0 && width > 0) return height / width;
  throw new DataError(
    "IPX8108",
    { what: `An array of shape ${shapeText(shape)} is no picture.` },
    { shape: [...shape] },
  );
}

function placed(
  { picture, caption, note }: MontagePicture,
  left: number,
  top: number,
  cell: number,
  cellHeight: number,
  range: readonly [number, number],
): string {
  const ratio = aspect(picture);
  const width = Math.min(cell, cellHeight / ratio);
  const height = width * ratio;
  const x = left + (cell - width) / 2;
  const y = top + (cellHeight - height);
  const below = top + cellHeight + 8;
  const words = [
    text(caption, {
      x: left,
      y: below + CAPTION_SIZE,
      "font-size": fittingSize(caption, CAPTION_SIZE, cell, true),
      "font-weight": "bold",
      fill: INK,
    }),
  ];
  if (note !== undefined) {
    const size = fittingSize(note, NOTE_SIZE, cell);
    words.push(text(note, { x: left, y: below + LINE + NOTE_SIZE + 1, "font-size": size, fill: QUIET }));
  }
  const link = `data:image/png;base64,${base64(writePng(stretched(picture, range)))}`;
  const image = element("image", {
    x,
    y,
    width,
    height,
    preserveAspectRatio: "none",
    "image-rendering": (picture.shape[1] ?? 0) <= width ? "optimizeSpeed" : "optimizeQuality",
    "xlink:href": link,
  });
  return element("g", {}, [image, ...words]);
}

function stretched(picture: HostArray, [black, white]: readonly [number, number]): HostArray {
  if (black === 0 && white === 1) return picture;
  return { ...picture, data: picture.data.map((value) => (value - black) / (white - black)) };
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let from = 0; from < bytes.length; from += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  }
  return btoa(binary);
}
