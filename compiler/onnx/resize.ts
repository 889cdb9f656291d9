import { averagePool } from "../lower/networks/poolingLayers.ts";
import { bilinearUpsampling, cubicUpsampling, nearestUpsampling } from "../lower/networks/upsampling.ts";
import { constantValue, divideBy } from "../types/dimension.ts";
import { type Flow, imageFlow, type NodePlace, sizesOfImage } from "./place.ts";
import { strided } from "./pooling.ts";

/** `Resize` and `Upsample` by a whole factor or by one over a whole number, the same on both axes of the image. */
export function resized(place: NodePlace): Flow {
  const [rows, columns] = factorsOf(place);
  if (rows !== columns) throw place.fault(`Its factors ${rows} and ${columns} differ.`);
  if (rows === 1) return imageFlow(place.image());
  const mode = place.word("mode", "nearest");
  if (place.number("antialias", 0) !== 0) throw place.fault("It takes out high frequencies (`antialias`).");
  if (mode === "nearest") return nearest(place, rows);
  if (mode === "linear") return linear(place, rows);
  if (mode === "cubic") return cubic(place, rows);
  throw place.fault(`Its points are by \`${mode}\`; \`nearest\`, \`linear\` and \`cubic\` are known.`);
}

function linear(place: NodePlace, factor: number): Flow {
  const u = place.image();
  const alignment = alignmentOf(place);
  if (Number.isInteger(factor)) return imageFlow(bilinearUpsampling(place.b, u, factor, alignment));
  if (factor === 1 / 2 && alignment === "pixels") return imageFlow(averagePool(place.b, u, 2));
  throw place.fault(`Its factor ${factor} is neither a whole number nor, between pixels, 1/2.`);
}

function cubic(place: NodePlace, factor: number): Flow {
  if (!Number.isInteger(factor)) throw place.fault(`Its factor ${factor} is no whole number.`);
  if (place.number("exclude_outside", 0) !== 0)
    throw place.fault("It leaves out what is outside of the image.");
  const a = place.number("cubic_coeff_a", -0.75);
  return imageFlow(cubicUpsampling(place.b, place.image(), factor, alignmentOf(place), a));
}

function alignmentOf(place: NodePlace): "pixels" | "corners" {
  const initial = isOld(place) ? "asymmetric" : "half_pixel";
  const points = place.word("coordinate_transformation_mode", initial);
  if (points === "align_corners") return "corners";
  if (points.endsWith("half_pixel")) return "pixels";
  throw place.fault(`Its points lie by \`${points}\`; \`half_pixel\` and \`align_corners\` are known.`);
}

function nearest(place: NodePlace, factor: number): Flow {
  const u = place.image();
  const points = place.word("coordinate_transformation_mode", isOld(place) ? "asymmetric" : "half_pixel");
  const rounds = place.word("nearest_mode", isOld(place) ? "floor" : "round_prefer_floor");
  const isFirst = points === "asymmetric" && rounds === "floor";
  const repeats = isFirst || (points === "asymmetric" && factor === 2) || points.endsWith("half_pixel");
  if (Number.isInteger(factor) && repeats && rounds !== "ceil") {
    return imageFlow(nearestUpsampling(place.b, u, factor));
  }
  const stride = 1 / factor;
  if (Number.isInteger(stride) && isFirst) {
    const [h, w] = sizesOfImage(u);
    const rows = strided(place.b, u, 0, stride, divideBy(h, stride));
    return imageFlow(strided(place.b, rows, 1, stride, divideBy(w, stride)));
  }
  throw place.fault(`Its factor is ${factor}, and its points lie by \`${points}\` and \`${rounds}\`.`);
}

function isOld(place: NodePlace): boolean {
  return place.inputs.length <= 2;
}

/** The factors of both axes: of `scales`, or of `sizes` and the size of the example. */
function factorsOf(place: NodePlace): readonly [number, number] {
  const scales = place.sizes(isOld(place) ? 1 : 2) ?? place.list("scales", -1);
  const own = place.example();
  const sizes = place.sizes(3);
  const found = [2, 3].map((axis) => scales?.[axis] ?? (sizes?.[axis] ?? NaN) / (own[axis] ?? NaN));
  const [rows = NaN, columns = NaN] = found;
  if ([rows, columns].some((factor) => !(factor > 0 && factor <= MOST))) {
    throw place.fault("Its factors are not in the file.");
  }
  if ([1 / rows, 1 / columns].some(isFraction) && [rows, columns].some(isFraction)) {
    throw place.fault(`Its factors ${rows} and ${columns} are neither whole numbers nor one over such.`);
  }
  checkDivides(place, rows);
  return [rows, columns];
}

/** A larger factor would make images that no memory holds. */
const MOST = 64;

function isFraction(factor: number): boolean {
  return !Number.isInteger(factor);
}

function checkDivides(place: NodePlace, factor: number): void {
  for (const size of sizesOfImage(place.image()).slice(0, 2)) {
    const known = constantValue(size);
    if (known !== null && !Number.isInteger(known * factor)) {
      throw place.fault(`The size ${known} times its factor ${factor} is no whole number.`);
    }
  }
}
