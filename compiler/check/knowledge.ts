import type { Knowledge } from "./context.ts";

/** Nothing is known yet. */
export function emptyKnowledge(): Knowledge {
  return {
    definitions: new Map(),
    extents: new Map(),
    signatures: new Map(),
    bounds: new Map(),
    nets: new Map(),
    netShapes: new Map(),
    networks: new Map(),
    indexCounts: new Map(),
    callables: new Map(),
    methods: new Map(),
    instances: new Map(),
    weightStarts: new Map(),
  };
}

/** A copy, for one check of one item. */
export function copyKnowledge(knowledge: Knowledge): Knowledge {
  return {
    definitions: new Map(knowledge.definitions),
    extents: new Map(knowledge.extents),
    signatures: new Map(knowledge.signatures),
    bounds: new Map(knowledge.bounds),
    nets: new Map(knowledge.nets),
    netShapes: new Map(knowledge.netShapes),
    networks: new Map(knowledge.networks),
    indexCounts: new Map(knowledge.indexCounts),
    callables: new Map(knowledge.callables),
    methods: new Map(knowledge.methods),
    instances: new Map(knowledge.instances),
    weightStarts: new Map(knowledge.weightStarts),
  };
}

/** Adds what another check has found. */
export function learn(knowledge: Knowledge, from: Knowledge): void {
  for (const [symbol, value] of from.definitions) knowledge.definitions.set(symbol, value);
  for (const [symbol, value] of from.extents) knowledge.extents.set(symbol, value);
  for (const [symbol, value] of from.signatures) knowledge.signatures.set(symbol, value);
  for (const [symbol, value] of from.bounds) knowledge.bounds.set(symbol, value);
  for (const [symbol, value] of from.nets) knowledge.nets.set(symbol, value);
  for (const [symbol, value] of from.netShapes) knowledge.netShapes.set(symbol, value);
  for (const [symbol, value] of from.networks) knowledge.networks.set(symbol, value);
  for (const [symbol, value] of from.indexCounts) knowledge.indexCounts.set(symbol, value);
  for (const [symbol, value] of from.callables) knowledge.callables.set(symbol, value);
  for (const [symbol, value] of from.methods) knowledge.methods.set(symbol, value);
  for (const [symbol, value] of from.instances) knowledge.instances.set(symbol, value);
  for (const [symbol, value] of from.weightStarts) knowledge.weightStarts.set(symbol, value);
}
