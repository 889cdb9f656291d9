import type { Block, IrFunction, Variable } from "./block.ts";

/**
 * The reverses of a program's sections, as blocks of the IR. Null where nothing that can be trained flows through a
 * section.
 */
export interface ProgramDerivative {
  readonly prepare: SectionDerivative | null;
  readonly initial: SectionDerivative | null;
  readonly step: SectionDerivative | null;
  /** of the first step where the program has one: by the states of which `initial` has a reverse */
  readonly firstStep?: SectionDerivative | null;
  readonly finish: SectionDerivative | null;
  /** all functions that the sections and their reverses call */
  readonly functions: readonly IrFunction[];
}

/**
 * A section with its reverse. `save` has the parameters and the results of the section; its loops keep traces. The
 * adjoints read variables of the declarations, of earlier sections, and of `save`: its parameters, and what its
 * outermost equations define. What they read of `save` is what has to be kept between the two.
 */
export interface SectionDerivative {
  readonly save: Block;
  readonly adjoint: AdjointBlock;
  /** cotangents of the states alone; null for sections without states */
  readonly stateAdjoint: AdjointBlock | null;
  /**
   * cotangents of inputs, and of prepared values that depend on inputs and on nothing that is learned: what training
   * does not ask for. Absent where there are none, or they are not wanted.
   */
  readonly inputAdjoint?: AdjointBlock;
}

/** All adjoints of a section. */
export function adjointsOf({
  adjoint,
  stateAdjoint,
  inputAdjoint,
}: SectionDerivative): readonly AdjointBlock[] {
  return [adjoint, stateAdjoint, inputAdjoint].filter((each) => each != null);
}

/** The section with a change to each of its adjoints. */
export function withAdjoints(
  section: SectionDerivative,
  change: (adjoint: AdjointBlock) => AdjointBlock,
): SectionDerivative {
  const { adjoint, stateAdjoint, inputAdjoint } = section;
  return {
    ...section,
    adjoint: change(adjoint),
    stateAdjoint: stateAdjoint && change(stateAdjoint),
    ...(inputAdjoint === undefined ? {} : { inputAdjoint: change(inputAdjoint) }),
  };
}

/**
 * `block.parameters` are the cotangents of the first results of `save`: of the next states, of the output, or of the
 * prepared values. `block.results[i]` is the cotangent of `of[i]`: a parameter of `save`, or a known variable, summed
 * over the samples if it is shared. What is not in `of` has the cotangent zero.
 */
export interface AdjointBlock {
  readonly block: Block;
  readonly of: readonly Variable[];
}
