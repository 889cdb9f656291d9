import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex } from "@noble/hashes/utils";
import { OnnxFault } from "./fault.ts";
import { decodeModel, type RawInput, type RawNode } from "./decode.ts";
import { isOperator, type OnnxOperator } from "./operators.ts";
import type { OnnxTensor } from "./tensor.ts";

/** A node of a network: an operator with the names of what it takes and gives; an input left out is "". */
export interface OnnxNode extends RawNode {
  readonly operator: OnnxOperator;
}

/** A network as its file has it: nodes in the order in which they are computed, over named values. */
export interface OnnxNetwork {
  readonly inputs: readonly RawInput[];
  readonly output: string;
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: ReadonlyMap<string, OnnxTensor>;
  /** SHA-256 of the file */
  readonly hash: string;
}

/** The versions of the standard operators whose meaning the rules have. */
const OLDEST = 7;
const NEWEST = 24;

/**
 * The network of an ONNX file, https://onnx.ai: its operators are known, and every name is given before it is taken.
 * @throws OnnxFault
 */
export function readOnnx(bytes: Uint8Array): OnnxNetwork {
  const { opset, inputs, outputs, nodes: raw, initialisers } = decodeModel(bytes);
  const version = `It is written in version ${opset} of the operators`;
  if (opset < OLDEST || opset > NEWEST) {
    throw new OnnxFault("file", `${version}; versions ${OLDEST} to ${NEWEST} are read.`);
  }
  const nodes = raw.map(knownNode);
  const taken = inputs.filter(({ name }) => !initialisers.has(name));
  const [output, ...others] = outputs;
  if (taken.length === 0 || output === undefined || others.length > 0) {
    throw new OnnxFault("file", `It takes ${taken.length} inputs and gives ${outputs.length} outputs.`);
  }
  const known = new Set([...taken.map(({ name }) => name), ...initialisers.keys()]);
  for (const node of nodes) {
    for (const name of node.inputs) if (name !== "") demandKnown(known, name);
    for (const name of node.outputs) known.add(name);
  }
  demandKnown(known, output);
  return { inputs: taken, output, nodes, initialisers, hash: bytesToHex(sha256(bytes)) };
}

function demandKnown(known: ReadonlySet<string>, name: string): void {
  if (!known.has(name)) throw new OnnxFault("file", `Its value \`${name}\` is given by no node before it.`);
}

function knownNode(node: RawNode): OnnxNode {
  const { operator, domain } = node;
  if ((domain === "" || domain === "ai.onnx") && isOperator(operator)) return { ...node, operator };
  const full = domain === "" || domain === "ai.onnx" ? operator : `${domain}.${operator}`;
  throw new OnnxFault("operator", "It has no rule here.", full);
}
