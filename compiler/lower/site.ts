import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import type { Definitions } from "../library/calculus/analyse.ts";
import type { Expression, Net } from "../ast/tree.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Instance } from "../check/programs/instance.ts";
import type { CalledPrograms } from "./called/programs.ts";
import type { LayerContext } from "./networks/layerContext.ts";
import type { LoweredNetwork } from "./networks/networks.ts";
import type { Lowered } from "./lowered.ts";
import type { LowerExpression } from "./recursion.ts";
import type { DrawTable } from "./program/drawTable.ts";
import type { Round } from "./program/drawTable.ts";
import type { Scope } from "./scope.ts";

/** Where an expression is lowered: the block under construction, the names in sight, and the program around. */
export interface Site {
  readonly builder: IrBuilder;
  readonly scope: Scope;
  readonly program: ProgramContext;
  /** the rounds of the loops around, outermost first; absent outside of loops */
  readonly rounds?: readonly Round[];
}

export interface ProgramContext {
  readonly lowerExpression: LowerExpression;
  readonly definitions: Definitions;
  readonly networks: ReadonlyMap<Symbol, LoweredNetwork>;
  /** networks of the file and of its imports, by name */
  readonly nets: ReadonlyMap<string, Net<Typed>>;
  /** a value that has the samples of the batch whatever else does: the first input, or a slice inside of `each` */
  readonly sampled: Variable | null;
  /** whether this is in the step, which is taken again and again */
  readonly inStep: boolean;
  /** inside a network: where its layers get their weights */
  readonly layers: LayerContext | null;
  /** what the program draws */
  readonly draws: DrawTable;
  /** the sizes that have a default */
  readonly defaults: Readonly<Record<string, number>>;
  /** what `old x` stands for, by the state's symbol */
  readonly old: ReadonlyMap<Symbol, Lowered>;
  /** in `until`: the states at the last test, for `change` */
  readonly lastTest: ReadonlyMap<Symbol, Variable>;
  /** the programs that it calls, as its calls have them */
  readonly instances: ReadonlyMap<Symbol, Instance>;
  /** by a network that gives the weights of one of them: `weights(P)`, from which they begin */
  readonly weightStarts: ReadonlyMap<Symbol, Expression<Typed>>;
  /** what calls of programs have made so far */
  readonly called: CalledPrograms;
}

/** The same place, seen from a block inside. */
export function within(site: Site, builder: IrBuilder, scope: Scope): Site {
  return { ...site, builder, scope };
}
