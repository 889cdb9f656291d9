import { PbfReader } from "pbf";
import { OnnxFault } from "./fault.ts";
import { type OnnxTensor, type RawTensor, tensorOf } from "./tensor.ts";

/** A setting of a node: whichever of these the file has. */
export interface OnnxAttribute {
  readonly numbers: readonly number[];
  readonly text: string | null;
  readonly tensor: OnnxTensor | null;
}

export interface RawNode {
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** An input with the sizes of its axes in the example that the file was made with; null where one is open. */
export interface RawInput {
  readonly name: string;
  readonly shape: readonly (number | null)[];
}

/** What a file says, as far as a network needs it. */
export interface RawModel {
  readonly opset: number;
  readonly inputs: readonly RawInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly RawNode[];
  readonly initialisers: ReadonlyMap<string, OnnxTensor>;
}

/** More nodes than any network of images has: what is written out for a larger one would fill the memory. */
const MOST_NODES = 10_000;
/** The wire type of what has its length before it. */
const LENGTHS = 2;

/**
 * Reads the messages of ONNX's onnx.proto (the numbers of fields are those of that file). Sub-graphs, functions and
 * documentation are skipped.
 * @throws OnnxFault
 */
export function decodeModel(bytes: Uint8Array): RawModel {
  const model: Graph = { inputs: [], outputs: [], nodes: [], initialisers: new Map() };
  const found = { opset: 0, graphs: 0 };
  try {
    const reader = new PbfReader(bytes);
    readFields(reader, bytes.length, (field) => {
      if (field === 8) {
        const { domain, version } = readOpset(reader);
        if (domain === "" || domain === "ai.onnx") found.opset = version;
      } else if (field === 7) {
        found.graphs++;
        readGraph(reader, model);
      }
    });
  } catch (error) {
    if (error instanceof OnnxFault) throw error;
    throw truncated();
  }
  if (found.graphs !== 1) throw new OnnxFault("file", "It is no ONNX file: there is no network in it.");
  return { opset: found.opset, ...model };
}

interface Graph {
  readonly inputs: RawInput[];
  readonly outputs: string[];
  readonly nodes: RawNode[];
  readonly initialisers: Map<string, OnnxTensor>;
}

function truncated(): OnnxFault {
  return new OnnxFault("file", "It is no ONNX file, or the end of it is missing.");
}

/** Visits the fields up to `end`; what a visit leaves unread is skipped, and no length may point behind the end. */
function readFields(reader: PbfReader, end: number, visit: (field: number) => void): void {
  while (reader.pos < end) {
    const key = reader.readVarint();
    reader.type = key & 7;
    const start = reader.pos;
    if (reader.type === LENGTHS) {
      const length = reader.readVarint();
      if (reader.pos + length > end) throw truncated();
      reader.pos = start;
    }
    visit(Math.floor(key / 8));
    if (reader.pos === start) reader.skip(key);
  }
  if (reader.pos !== end) throw truncated();
}

/** The fields of a message that stands within another one. */
function readMessage(reader: PbfReader, visit: (field: number) => void): void {
  if (reader.type !== LENGTHS) throw truncated();
  const length = reader.readVarint();
  readFields(reader, reader.pos + length, visit);
}

function readText(reader: PbfReader): string {
  if (reader.type !== LENGTHS) throw truncated();
  return reader.readString();
}

function readOpset(reader: PbfReader): { readonly domain: string; readonly version: number } {
  const opset = { domain: "", version: 0 };
  readMessage(reader, (field) => {
    if (field === 1) opset.domain = readText(reader);
    if (field === 2) opset.version = reader.readVarint(true);
  });
  return opset;
}

function readGraph(reader: PbfReader, graph: Graph): void {
  readMessage(reader, (field) => {
    if (field === 1) {
      if (graph.nodes.length === MOST_NODES) {
        throw new OnnxFault("file", `It has more than ${MOST_NODES} nodes.`);
      }
      graph.nodes.push(readNode(reader));
    } else if (field === 5) {
      const tensor = readTensor(reader);
      graph.initialisers.set(tensor.name, tensor);
    } else if (field === 11) graph.inputs.push(readInput(reader));
    else if (field === 12) graph.outputs.push(readInput(reader).name);
    else if (field === 15) throw new OnnxFault("file", "It has sparse arrays, which are not read.");
  });
}

function readInput(reader: PbfReader): RawInput {
  let name = "";
  const shape: (number | null)[] = [];
  readMessage(reader, (field) => {
    if (field === 1) name = readText(reader);
    else if (field === 2) readType(reader, shape);
  });
  return { name, shape };
}

/** The sizes of an array's type: TypeProto.tensor_type.shape.dim. */
function readType(reader: PbfReader, shape: (number | null)[]): void {
  const readShape = (): void => {
    readMessage(reader, (field) => {
      if (field === 1) shape.push(readSize(reader));
    });
  };
  readMessage(reader, (kind) => {
    if (kind !== 1) return;
    readMessage(reader, (field) => {
      if (field === 2) readShape();
    });
  });
}

function readSize(reader: PbfReader): number | null {
  let size: number | null = null;
  readMessage(reader, (field) => {
    if (field === 1) size = reader.readVarint(true);
  });
  return size;
}

function readNode(reader: PbfReader): RawNode {
  const node = { name: "", operator: "", domain: "" };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  readMessage(reader, (field) => {
    if (field === 1) inputs.push(readText(reader));
    else if (field === 2) outputs.push(readText(reader));
    else if (field === 3) node.name = readText(reader);
    else if (field === 4) node.operator = readText(reader);
    else if (field === 7) node.domain = readText(reader);
    else if (field === 5) {
      const { name, attribute } = readAttribute(reader);
      attributes.set(name, attribute);
    }
  });
  return { ...node, inputs, outputs, attributes };
}

function readAttribute(reader: PbfReader): { readonly name: string; readonly attribute: OnnxAttribute } {
  let name = "";
  let text: string | null = null;
  let tensor: OnnxTensor | null = null;
  const numbers: number[] = [];
  readMessage(reader, (field) => {
    if (field === 1) name = readText(reader);
    else if (field === 2) numbers.push(reader.readFloat());
    else if (field === 3) numbers.push(reader.readVarint(true));
    else if (field === 4) text = readText(reader);
    else if (field === 5) tensor = readTensor(reader);
    else if (field === 7) reader.readPackedFloat(numbers);
    else if (field === 8) reader.readPackedVarint(numbers, true);
  });
  return { name, attribute: { numbers, text, tensor } };
}

function readTensor(reader: PbfReader): OnnxTensor {
  const raw: RawTensor = { name: "", shape: [], type: 0, raw: null, listed: [], external: false };
  readMessage(reader, (field) => {
    if (field === 1) reader.readPackedVarint(raw.shape, true);
    else if (field === 2) raw.type = reader.readVarint();
    else if (field === 4) reader.readPackedFloat(raw.listed);
    else if (field === 5 || field === 7) reader.readPackedVarint(raw.listed, true);
    else if (field === 8) raw.name = readText(reader);
    else if (field === 9) raw.raw = bytesOf(reader);
    else if (field === 10) reader.readPackedDouble(raw.listed);
    else if (field === 14) raw.external = reader.readVarint() === 1;
  });
  return tensorOf(raw);
}

function bytesOf(reader: PbfReader): Uint8Array {
  if (reader.type !== LENGTHS) throw truncated();
  return reader.readBytes();
}
