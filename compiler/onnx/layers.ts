import { joinAlong, sliceAlong } from "../lower/networks/axes.ts";
import { constant, constantValue, divideBy, multiply } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { productOfRows, productOfTwo } from "./attention.ts";
import {
  channelsOf,
  type Flow,
  imageFlow,
  imageSpace,
  type NodePlace,
  permuted,
  sizesOfImage,
} from "./place.ts";
import type { OnnxTensor } from "./tensor.ts";

/** `DepthToSpace` in both orders: CRD is PyTorch's pixel shuffle, in DCR the channels of a pixel lie together. */
export function depthToSpace(place: NodePlace): Flow {
  const q = blockSize(place);
  const channels = channelsOf(place) / q ** 2;
  if (!Number.isInteger(channels)) throw place.fault(`${q * q} does not divide its channels.`);
  const u = place.image();
  if (channels === 1 || place.word("mode", "DCR") === "CRD") return imageFlow(place.b.shuffle(u, q));
  const { b } = place;
  const [h, w] = sizesOfImage(u);
  const [each, wide, one] = [constant(q * channels), multiply(constant(q), w), constant(1)];
  const rows = Array.from({ length: q }, (_, i) =>
    b.reshape(
      b.channels(u, constant(i * q * channels), each),
      arraySpace("real", [h, one, wide, constant(channels)]),
    ),
  );
  const space = imageSpace(multiply(constant(q), h), wide, constant(channels));
  return imageFlow(b.reshape(joinAlong(b, rows, 1), space));
}

/** `SpaceToDepth`: the channels of a pixel lie together, which for a single channel is PyTorch's order. */
export function spaceToDepth(place: NodePlace): Flow {
  const { b } = place;
  const q = blockSize(place);
  const channels = channelsOf(place);
  const u = place.image();
  if (channels === 1) return imageFlow(b.unshuffle(u, q));
  const [rows, columns] = sizesOfImage(u);
  const known = [rows, columns].map((size) => constantValue(size));
  if (known.some((size) => size !== null && size % q !== 0))
    throw place.fault(`${q} does not divide its image.`);
  const [h, w] = [divideBy(rows, q), divideBy(columns, q)];
  const each = constant(q * channels);
  const tiles = b.reshape(u, arraySpace("real", [h, constant(q), w, each]));
  const parts = Array.from({ length: q }, (_, i) =>
    b.reshape(sliceAlong(b, tiles, 1, constant(i), constant(1)), imageSpace(h, w, each)),
  );
  return imageFlow(b.concat(parts));
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

/** `Gemm`: alpha B' x + beta c of a vector x. */
export function affine(place: NodePlace): Flow {
  if (place.number("transA", 0) !== 0) throw place.fault("It transposes what flows into it.");
  const scales = [place.number("alpha", 1), place.number("beta", 1)];
  if (scales.some((scale) => scale !== 1)) throw place.fault("It has scales.");
  return dense(place, place.number("transB", 0) !== 0);
}

/** `MatMul` of a vector, of channels that are last or of rows by a matrix of the file; of any other two arrays. */
export function product(place: NodePlace): Flow {
  const [left, right] = [place.flow(0), place.flow(1)];
  if (left.kind === "tensor" || right.kind !== "tensor") return productOfTwo(place);
  if (right.tensor.shape.length !== 2) return productOfTwo(place);
  if (left.kind === "vector" || left.kind === "last") return dense(place, false);
  return productOfRows(place);
}

function dense(place: NodePlace, isTransposed: boolean): Flow {
  const { b } = place;
  const flow = place.flow();
  const matrix = place.tensor(1);
  const [rows = 0, columns = 0] = isTransposed ? matrix.shape : matrix.shape.toReversed();
  if (flow.kind === "last" && !isTransposed && matrix.shape.length === 2)
    return pointwise(place, flow, matrix);
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

/** `MatMul` on channels that are last: a convolution with filters of one pixel. */
function pointwise(place: NodePlace, flow: Extract<Flow, { kind: "last" }>, matrix: OnnxTensor): Flow {
  const [from = 0, to = 0] = matrix.shape;
  if (channelsOf(place, flow.variable) !== from) throw place.fault(`Its matrix is for ${from} channels.`);
  const layer = place.layer("conv");
  const filter = place.weight(layer, "filter", matrix.name, [1, 1, from, to], matrix.values);
  return { kind: "last", variable: place.b.convolve(flow.variable, filter, 1) };
}
