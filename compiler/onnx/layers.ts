import { constant, constantValue, multiply, type Dimension } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { standardised } from "../lower/normalisationLayers.ts";
import { averagePool, globalPool } from "../lower/poolingLayers.ts";
import { nearestUpsampling } from "../lower/upsampling.ts";
import { tileOf } from "./convolution.ts";
import { type Flow, imageFlow, type NodePlace, permuted, sizesOfImage } from "./place.ts";

/**
 * `BatchNormalization` by its averages, which stand still: one scale s/sqrt(v + e) and one shift b - m s/sqrt(v + e)
 * for each channel.
 */
export function batchNormalisation(place: NodePlace): Flow {
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => place.tensor(index));
  if (scale === undefined || shift === undefined || mean === undefined || variance === undefined) {
    throw place.fault("It has no averages.");
  }
  if (place.number("training_mode", 0) !== 0) throw place.fault("It is one of training.");
  const epsilon = place.number("epsilon", 1e-5);
  const factors = scale.values.map((value, i) => value / Math.sqrt((variance.values[i] ?? 0) + epsilon));
  const offsets = shift.values.map((value, i) => value - (mean.values[i] ?? 0) * (factors[i] ?? 0));
  const source = [scale, shift, mean, variance].map(({ name }) => name).join(" ");
  const layer = place.layer("batchnorm");
  const u = place.image();
  const sizes = [channelsOf(place)];
  if (factors.length !== sizes[0]) throw place.fault(`It has ${factors.length} scales.`);
  const scaled = place.b.elementwise("mul", [place.weight(layer, "scale", source, sizes, factors), u]);
  return imageFlow(
    place.b.elementwise("add", [scaled, place.weight(layer, "shift", source, sizes, offsets)]),
  );
}

/** `InstanceNormalization`: to mean 0 and variance 1 over the image, then scale and shift. */
export function instanceNormalisation(place: NodePlace): Flow {
  const { b } = place;
  const u = place.image();
  const [h, w, c] = sizesOfImage(u);
  const [scale, shift] = [place.tensor(1), place.tensor(2)];
  const layer = place.layer("instancenorm");
  const sizes = [channelsOf(place)];
  if (scale.values.length !== sizes[0]) throw place.fault(`It has ${scale.values.length} scales.`);
  const onto = arraySpace("real", [c]);
  const image = standardised(b, u, onto, multiply(h, w), place.number("epsilon", 1e-5));
  const scaled = b.elementwise("mul", [place.weight(layer, "scale", scale.name, sizes, scale.values), image]);
  return imageFlow(
    b.elementwise("add", [scaled, place.weight(layer, "shift", shift.name, sizes, shift.values)]),
  );
}

function channelsOf(place: NodePlace): number {
  const known = constantValue(sizesOfImage(place.image())[2]);
  if (known === null) throw place.fault("The number of its channels is open.");
  return known;
}

export function largestOfTiles(place: NodePlace): Flow {
  return imageFlow(place.b.maxPool(place.image(), tileOf(place)));
}

export function meansOfTiles(place: NodePlace): Flow {
  return imageFlow(averagePool(place.b, place.image(), tileOf(place)));
}

/** The mean over the image: an image of one pixel. */
export function globalMeans(place: NodePlace): Flow {
  const u = place.image();
  const one = constant(1);
  const means = globalPool(place.b, u);
  return imageFlow(place.b.reshape(means, arraySpace("real", [one, one, sizesOfImage(u)[2]])));
}

/** `Resize` and `Upsample` to the nearest point, by whole factors. */
export function nearest(place: NodePlace): Flow {
  const u = place.image();
  const [h, w] = sizesOfImage(u);
  if (place.word("mode", "nearest") !== "nearest") throw place.fault("Only the nearest point is known.");
  const [rows, columns] = [factor(place, 2, h), factor(place, 3, w)];
  if (rows !== columns || !Number.isInteger(rows) || rows < 1) {
    throw place.fault(`Its factors ${rows} and ${columns} are not one whole number.`);
  }
  const place1 = place.word("coordinate_transformation_mode", "half_pixel");
  const rounds = place.word("nearest_mode", "round_prefer_floor");
  const repeats = place1 === "asymmetric" ? rounds === "floor" || rows <= 2 : place1.endsWith("half_pixel");
  const isOld = place.inputs.length <= 2;
  if (!isOld && (!repeats || rounds === "ceil"))
    throw place.fault(`Its points lie by ${place1} and ${rounds}.`);
  return imageFlow(nearestUpsampling(place.b, u, rows));
}

/** The factor of an axis: one of `scales`, or of `sizes` and the size. */
function factor(place: NodePlace, axis: number, size: Dimension): number {
  const scales = place.inputs.length <= 2 ? place.optionalTensor(1) : place.optionalTensor(2);
  const scale = scales?.values[axis] ?? place.counts("scales", [])[axis];
  if (scale !== undefined) return place.asCounts("scales", [scale])[0] ?? 0;
  const wanted = place.optionalTensor(3)?.values[axis];
  const known = constantValue(size);
  if (wanted === undefined || known === null) throw place.fault("Its factors are not in the file.");
  return wanted / known;
}

/** `DepthToSpace` as PyTorch's pixel shuffle has it; the two orders are one for a single channel. */
export function depthToSpace(place: NodePlace): Flow {
  const q = blockSize(place);
  const channels = channelsOf(place) / q ** 2;
  if (!Number.isInteger(channels)) throw place.fault(`${q * q} does not divide its channels.`);
  if (channels > 1 && place.word("mode", "DCR") !== "CRD") throw place.fault("Its order is DCR.");
  return imageFlow(place.b.shuffle(place.image(), q));
}

export function spaceToDepth(place: NodePlace): Flow {
  const q = blockSize(place);
  if (channelsOf(place) !== 1) throw place.fault("It is of several channels.");
  return imageFlow(place.b.unshuffle(place.image(), q));
}

function blockSize(place: NodePlace): number {
  const q = place.counts("blocksize", [0])[0] ?? 0;
  if (q < 1) throw place.fault("Its block size is below 1.");
  return q;
}

/** `Pad` of the image axes. */
export function padded(place: NodePlace): Flow {
  const u = place.image();
  const pads = place.asCounts("pads", [...(place.optionalTensor(1)?.values ?? place.counts("pads", []))]);
  const [top = 0, left = 0, bottom = 0, right = 0] = [pads[2], pads[3], pads[6], pads[7]];
  const others = [0, 1, 4, 5].some((axis) => pads[axis] !== 0);
  if (pads.length !== 8 || others || top !== left || bottom !== right || top < 0 || bottom < 0) {
    throw place.fault(`Its margins are [${pads.join(", ")}].`);
  }
  const mode = place.word("mode", "constant");
  const value = place.optionalTensor(2)?.values[0] ?? place.number("value", 0);
  const boundary = mode === "constant" && value !== 0 ? null : boundaryOf(mode, Math.max(top, bottom));
  if (boundary === null) throw place.fault(`Its margins are ${mode}.`);
  if (top + bottom === 0) return imageFlow(u);
  return imageFlow(place.b.extendImage(u, { boundary, before: top, after: bottom }));
}

function boundaryOf(mode: string, margin: number): "zero" | "reflect" | "neumann" | "periodic" | null {
  if (mode === "constant") return "zero";
  if (mode === "reflect") return "reflect";
  if (mode === "wrap") return "periodic";
  return mode === "edge" && margin <= 1 ? "neumann" : null;
}

/** `Flatten` of all axes but that of the samples. */
export function flattened(place: NodePlace): Flow {
  if (place.number("axis", 1) !== 1) throw place.fault("It keeps further axes.");
  const flow = place.flow();
  if (flow.kind === "vector") return flow;
  const [height, width, channels] = sizesOfImage(place.image()).map((size) => constantValue(size));
  const u = place.image();
  if (typeof height !== "number" || typeof width !== "number" || typeof channels !== "number") {
    throw place.fault("The sizes of its image are open.");
  }
  const variable = place.b.reshape(u, arraySpace("real", [constant(height * width * channels)]));
  const isOneOrder = channels === 1 || height * width === 1;
  return { kind: "vector", variable, flattened: isOneOrder ? null : [height, width, channels] };
}

/** `Gemm`: alpha B' x + beta c of a vector x. */
export function affine(place: NodePlace): Flow {
  if (place.number("transA", 0) !== 0) throw place.fault("It transposes what flows into it.");
  const scales = [place.number("alpha", 1), place.number("beta", 1)];
  if (scales.some((scale) => scale !== 1)) throw place.fault("It has scales.");
  return dense(place, place.number("transB", 0) !== 0);
}

/** `MatMul` of a vector by a matrix of the file. */
export function product(place: NodePlace): Flow {
  return dense(place, false);
}

function dense(place: NodePlace, isTransposed: boolean): Flow {
  const { b } = place;
  const flow = place.flow();
  const matrix = place.tensor(1);
  const [rows = 0, columns = 0] = isTransposed ? matrix.shape : matrix.shape.toReversed();
  if (flow.kind !== "vector" || matrix.shape.length !== 2)
    throw place.fault("It is not of a vector and a matrix.");
  const entries = isTransposed ? matrix.values : permuted(matrix, [1, 0]);
  const layer = place.layer("dense");
  const [height, width, channels] = flow.flattened ?? [1, 1, columns];
  if (height * width * channels !== columns) throw place.fault(`Its matrix is for ${columns} entries.`);
  const order = { name: "", shape: [rows, channels, height * width], values: entries };
  const weight = place.weight(layer, "matrix", matrix.name, [rows, columns], permuted(order, [0, 2, 1]));
  const image = b.matvec(weight, flow.variable, false, arraySpace("real", [constant(rows)]));
  const bias = place.optionalTensor(2);
  if (bias === null) return { kind: "vector", variable: image, flattened: null };
  if (bias.values.length !== rows) throw place.fault(`It has ${bias.values.length} biases.`);
  const sum = b.elementwise("add", [image, place.weight(layer, "bias", bias.name, [rows], bias.values)]);
  return { kind: "vector", variable: sum, flattened: null };
}
