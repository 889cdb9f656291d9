import type { BoundProgram } from "../program/bound.ts";
import type { Variable } from "./variables.ts";

/** How training is cut into stages. */
export type Schedule =
  | { readonly kind: "end_to_end" }
  | {
      readonly kind: "layerwise";
      /** rates of a layer's stages: the first for its new variables alone, the others for all; 1, 0.2, 0.02 */
      readonly rates?: readonly number[];
      /** by how much an older layer's rate falls with every layer; 0.3. With 0 older layers rest in all stages */
      readonly decay?: number;
      /** whether a layer begins with what the layer before has learned, not with its own first values; false */
      readonly warm?: boolean;
    }
  | { readonly kind: "greedy" };

/** A part of the training, with an optimiser that starts afresh. */
export interface Stage {
  readonly name: string;
  /** steps of the unrolled program; null for a program that is not unrolled */
  readonly depth: number | null;
  readonly greedy: boolean;
  /** the factor of a variable's rate; 0 for a variable that rests */
  readonly factor: (variable: Variable) => number;
  /** the layer, from 1, that begins the stage with the values of the layer before; null for none */
  readonly warmLayer: number | null;
}

/**
 * The stages of a schedule.
 *
 * - `end_to_end`: one, everything at once.
 * - `layerwise` (Chen, Liu, Wang, Yin, NeurIPS 2018, and their code): for each layer k first what is new in it, with
 *   the program cut after step k, then everything up to there at smaller rates, older layers slower still. Parameters
 *   that all steps share are new in layer 1.
 * - `greedy` (Lee and Chun): for k = 1, 2, ... the steps up to k, each by its own loss; see `greedyGradient`.
 */
export function stagesOf(program: BoundProgram, schedule: Schedule): readonly Stage[] {
  const { target } = program.definition;
  const depth = target.kind === "unrolled" ? program.steps : null;
  const layers = Array.from({ length: depth ?? 0 }, (_, index) => index + 1);
  switch (schedule.kind) {
    case "end_to_end":
      return [{ name: "all", depth, greedy: false, factor: () => 1, warmLayer: null }];
    case "greedy":
      requireLayers(layers, "greedy");
      return layers.map((layer) => ({
        name: `steps 1 to ${layer}`,
        depth: layer,
        greedy: true,
        factor: (variable) => (layerOf(variable) <= layer ? 1 : 0),
        warmLayer: null,
      }));
    case "layerwise": {
      requireLayers(layers, "layerwise");
      const { rates = [1, 0.2, 0.02], decay = 0.3, warm = false } = schedule;
      return layers.flatMap((layer) =>
        rates.map((rate, index) => ({
          ...layerStage(layer, rate, index > 0 && decay > 0, decay),
          warmLayer: warm && index === 0 && layer > 1 ? layer : null,
        })),
      );
    }
  }
}

function layerStage(layer: number, rate: number, all: boolean, decay: number): Omit<Stage, "warmLayer"> {
  return {
    name: `${all ? `layers 1 to ${layer}` : `layer ${layer}`}${rate === 1 ? "" : `, rate x ${rate}`}`,
    depth: layer,
    greedy: false,
    factor: (variable) => {
      const age = layer - layerOf(variable);
      if (age < 0 || (!all && age > 0)) return 0;
      return rate * decay ** age;
    },
  };
}

function requireLayers(layers: readonly number[], schedule: string): void {
  if (layers.length === 0) throw new RangeError(`The schedule ${schedule} is for unrolled programs.`);
}

/** The layer that brings a variable, from 1. */
function layerOf({ declaration, index }: Variable): number {
  return declaration.perStep ? index + 1 : 1;
}
