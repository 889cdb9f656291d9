import { RAMP_WINDOWS } from "../../../runtime/operators/library.ts";
import { NONNEGATIVE, POSITIVE } from "../../types/interval.ts";
import type { OperatorSignature } from "../signature.ts";

const ANGLES = { kind: "array", name: "angles", scheme: "R[v]" } as const;

export const radon: OperatorSignature = {
  definition: "the X-ray transform for parallel beams at angles in radians, with its exact adjoint",
  parameters: [ANGLES],
  settings: {
    detectors: { kind: "count", initial: null, least: 1 },
    spacing: { kind: "number", initial: 1, within: POSITIVE },
  },
  domain: () => "R[h, w, r..]",
  codomain: () => "R[v, detectors, r..]",
  properties: () => [{ property: "nonnegative", bound: null }],
};

export const fanBeam: OperatorSignature = {
  definition: "the X-ray transform for beams from a point source to a flat detector, distances in pixels",
  parameters: [ANGLES],
  settings: {
    detectors: { kind: "count", initial: null, least: 1 },
    spacing: { kind: "number", initial: 1, within: POSITIVE },
    source: { kind: "number", initial: null, within: POSITIVE, required: true },
    detector: { kind: "number", initial: null, within: NONNEGATIVE, required: true },
  },
  domain: () => "R[h, w, r..]",
  codomain: () => "R[v, detectors, r..]",
  properties: () => [{ property: "nonnegative", bound: null }],
};

export const filteredBackprojection: OperatorSignature = {
  definition: "filtered back-projection for a `radon` or `fan_beam` A",
  parameters: [{ kind: "operator", name: "A", domain: "R[h, w, r..]", codomain: "R[v, d, r..]" }],
  settings: { filter: { kind: "word", words: RAMP_WINDOWS, initial: "ramp" } },
  domain: () => "R[v, d, r..]",
  codomain: () => "R[h, w, r..]",
  properties: () => [],
};
