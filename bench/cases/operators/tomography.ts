import { libraryOperator, R } from "ipc/runtime";
import type { DataSet } from "../case.ts";
import { boxes } from "../draw.ts";
import { save } from "../files.ts";
import type { OperatorCase } from "./case.ts";
import { FLOAT } from "./data.ts";

const VIEWS = 144;
const CELLS = 729;
/** pixels of the images: of the fan, and of filtered back-projection, whose middle is a pixel as scikit-image's is */
const SIDE = 512;
const ODD_SIDE = 511;
/** of the fan, in pixels: a cell is one pixel wide where it sees the middle */
const FAN = { detectors: CELLS, spacing: 1.5, source: 1000, detector: 500 } as const;

/** An image, the angles of half a turn and of a whole one, and the exact projections of disks. */
const scans: DataSet = {
  name: "scans",
  write: async (folder) => {
    await save(folder, "image", [SIDE, SIDE], boxes(SIDE, "scan"));
    await save(folder, "half_turn", [VIEWS], anglesOf(Math.PI));
    await save(folder, "whole_turn", [VIEWS], anglesOf(2 * Math.PI));
    await save(folder, "sinogram", [VIEWS, CELLS], projections());
  },
};

function anglesOf(turn: number): Float64Array {
  return Float64Array.from({ length: VIEWS }, (_, view) => (turn * view) / VIEWS);
}

/** x, y, radius and grey value of disks, in pixels. */
const DISKS = [
  [0, 0, 220, 1],
  [60, 40, 70, -0.5],
  [-90, 10, 50, 0.4],
  [20, -120, 40, 0.7],
] as const;

/** Chords of the disks. */
function projections(): Float64Array {
  const angles = anglesOf(Math.PI);
  return Float64Array.from({ length: VIEWS * CELLS }, (_, at) => {
    const angle = angles[Math.floor(at / CELLS)] ?? 0;
    const s = (at % CELLS) - (CELLS - 1) / 2;
    return DISKS.reduce((sum, [x, y, radius, grey]) => {
      const off = s - x * Math.cos(angle) - y * Math.sin(angle);
      return sum + 2 * grey * Math.sqrt(Math.max(0, radius ** 2 - off ** 2));
    }, 0);
  });
}

/** Operations of an interpolation at each crossing of a line with a row or column of so many pixels, on average. */
export function crossingFlops(pixels: number, views: number): number {
  // max(|cos a|, |sin a|) is 2 sqrt(2) / pi on average
  return 3 * ((2 * Math.SQRT2) / Math.PI) * pixels * views;
}

/** X-ray transforms; those of parallel beams, forward and adjoint, are cases of their own. */
export const tomography: readonly OperatorCase[] = [
  {
    name: "fan-beam",
    title: `X-ray transform of a fan, ${SIDE} x ${SIDE} pixels, ${VIEWS} views of ${CELLS} cells`,
    data: scans,
    arrays: ["image"],
    tolerances: { astra: 0.03 },
    work: { flops: 2 * crossingFlops(SIDE ** 2, VIEWS), bytes: 2 * FLOAT * (SIDE ** 2 + VIEWS * CELLS) },
    build: async (operations, put) =>
      libraryOperator(operations, "fan_beam", FAN, R(SIDE, SIDE), [await put("whole_turn")]),
  },
  {
    name: "filtered-backprojection",
    title: `filtered back-projection (ramp), ${ODD_SIDE} x ${ODD_SIDE} pixels, ${VIEWS} views of ${CELLS} cells`,
    data: scans,
    arrays: ["sinogram"],
    isForward: true,
    tolerances: { astra: 0.05, "scikit-image": 0.05 },
    work: { flops: 3 * ODD_SIDE ** 2 * VIEWS, bytes: FLOAT * (ODD_SIDE ** 2 + VIEWS * CELLS) },
    build: async (operations, put) => {
      const angles = await put("half_turn");
      const domain = R(ODD_SIDE, ODD_SIDE);
      const beams = libraryOperator(operations, "radon", { detectors: CELLS }, domain, [angles]);
      return operations.filteredBackprojection(beams, "ramp");
    },
  },
];
