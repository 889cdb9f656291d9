import type { ProjectionGeometry } from "../../engine/projection.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue } from "../../arrays/value.ts";
import { requireOneArray, type LibraryCall } from "../call.ts";
import { samplesOf } from "../handles.ts";
import { readNumbers } from "../host.ts";
import type { Operator } from "../operator.ts";
import { OperatorError } from "../operatorError.ts";
import { projections } from "./projections.ts";
import { count, numberWithin, positive, readSettings } from "../settings.ts";
import { requireArrays } from "../spaces.ts";

const SPACING = positive(1);
const DISTANCE = numberWithin(0, Number.MAX_VALUE);

/**
 * `radon(angles; detectors, spacing = 1)`: R[h, w, r] -> R[v, detectors, r], the X-ray transform for parallel beams:
 * integrals along lines at the angles, in radians, that lie `spacing` pixels apart, the middle of the image in the
 * middle of the detector; each index of r is an image of its own. See runtime/engine/projection.ts for where the lines
 * lie. By Joseph's method; the adjoint has the same weights. Angles may differ from sample to sample.
 * Source: Joseph, IEEE Trans. Medical Imaging 1, 1982.
 * @throws OperatorError IPX8201 to IPX8205
 */
export function radon(call: LibraryCall): Operator {
  const { detectors, spacing } = readSettings("radon", call.settings, {
    detectors: count(declaredDetectors(call)),
    spacing: SPACING,
  });
  return transform("radon", call, { detectors, spacing, fan: null });
}

/**
 * `fan_beam(angles; detectors, spacing = 1, source, detector)`: as `radon`, with lines from a point source that turns
 * around the middle of the image at the distance `source` to the cells of a flat detector at the distance `detector`
 * beyond the middle, in pixels. The source stands outside of the image at all angles.
 * @throws OperatorError IPX8201 to IPX8205
 */
export function fanBeam(call: LibraryCall): Operator {
  const { detectors, spacing, source, detector } = readSettings("fan_beam", call.settings, {
    detectors: count(declaredDetectors(call)),
    spacing: SPACING,
    source: DISTANCE,
    detector: DISTANCE,
  });
  return transform("fan_beam", call, { detectors, spacing, fan: { source, detector } });
}

function declaredDetectors({ codomain }: LibraryCall): number | undefined {
  return codomain?.kind === "array" ? codomain.shape[1] : undefined;
}

type Beams = Omit<ProjectionGeometry, "angles">;

function transform(name: "radon" | "fan_beam", call: LibraryCall, beams: Beams): Operator {
  const angles = requireOneArray(name, call);
  const domain = requireArrays(name, call.domain, 2);
  if (domain.field === "complex") {
    throw new OperatorError("IPX8203", {
      what: `\`${name}\` acts on real images.`,
      hint: "Of a complex image take `real` and `imag` one by one.",
    });
  }
  const geometries = anglesOf(name, call.operations, angles).map((each) => ({ ...beams, angles: each }));
  return projections(call.operations, textOf(name, beams), domain, geometries);
}

function textOf(name: string, { detectors, spacing, fan }: Beams): string {
  const apart = spacing === 1 ? "" : `, spacing = ${spacing}`;
  const source = fan === null ? "" : `, source = ${fan.source}, detector = ${fan.detector}`;
  return `${name}(angles, detectors = ${detectors}${apart}${source})`;
}

/** The angles for all samples, or those of each. */
function anglesOf(name: string, { engine }: Operations, angles: ArrayValue): readonly (readonly number[])[] {
  if (angles.field === "complex" || angles.shape.length !== 1) {
    throw new OperatorError("IPX8204", {
      what: `The angles of \`${name}\` are no list of numbers.`,
      hint: "Give one angle in radians for each view: R[v].",
    });
  }
  const [views = 0] = angles.shape;
  const numbers = Array.from(readNumbers(engine, angles.handle, `the angles of \`${name}\``));
  return Array.from({ length: samplesOf(angles) }, (_, sample) =>
    numbers.slice(sample * views, (sample + 1) * views),
  );
}
