import { type HostArray, realArray } from "../io/hostArray.ts";
import { type Ellipse, renderEllipses } from "./ellipse.ts";

/** The values of 1974, in which soft tissue differs by 1 %, or those of Toft, which can be seen. */
export const SHEPP_LOGAN_VARIANTS = ["original", "modified"] as const;
/** One of the two phantoms. */
export type SheppLoganVariant = (typeof SHEPP_LOGAN_VARIANTS)[number];

/** Values are in hundredths, so that their sums are exact and no pixel is below 0 by rounding. */
interface Part extends Omit<Ellipse, "value"> {
  readonly original: number;
  readonly modified: number;
}

const TILT = 18 / 360;
const PARTS: readonly Part[] = [
  { original: 200, modified: 100, semiAxes: [0.69, 0.92], centre: [0, 0], turns: 0 },
  { original: -98, modified: -80, semiAxes: [0.6624, 0.874], centre: [0, -0.0184], turns: 0 },
  { original: -2, modified: -20, semiAxes: [0.11, 0.31], centre: [0.22, 0], turns: -TILT },
  { original: -2, modified: -20, semiAxes: [0.16, 0.41], centre: [-0.22, 0], turns: TILT },
  { original: 1, modified: 10, semiAxes: [0.21, 0.25], centre: [0, 0.35], turns: 0 },
  { original: 1, modified: 10, semiAxes: [0.046, 0.046], centre: [0, 0.1], turns: 0 },
  { original: 1, modified: 10, semiAxes: [0.046, 0.046], centre: [0, -0.1], turns: 0 },
  { original: 1, modified: 10, semiAxes: [0.046, 0.023], centre: [-0.08, -0.605], turns: 0 },
  { original: 1, modified: 10, semiAxes: [0.023, 0.023], centre: [0, -0.606], turns: 0 },
  { original: 1, modified: 10, semiAxes: [0.023, 0.046], centre: [0.06, -0.605], turns: 0 },
];

/**
 * The Shepp-Logan head phantom [size, size] on [-1, 1]^2, row 0 at the top; pixels have the value at their
 * centre unless oversampled. The modified one lies in [0, 1], the original in [0, 2].
 * Source: Shepp and Logan, IEEE Trans. Nucl. Sci. 21, 1974; modified: Toft, PhD thesis, DTU, 1996.
 */
export function sheppLogan(
  size: number,
  variant: SheppLoganVariant = "modified",
  oversampling = 1,
): HostArray {
  const ellipses = PARTS.map((part) => ({ ...part, value: part[variant] }));
  const { shape, data } = renderEllipses(size, ellipses, oversampling);
  return realArray(
    shape,
    data.map((hundredths) => hundredths / 100),
  );
}
