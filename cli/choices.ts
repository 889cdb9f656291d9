/** The targets by their names on the command line and in experiment files. */
export const TARGETS = ["solver", "unrolled", "equilibrium", "direct"] as const;
export type TargetWord = (typeof TARGETS)[number];

/** The stages that `compile --dump` prints. */
export const DUMP_STAGES = ["ast", "typed", "ir", "ir.opt", "plan"] as const;
export type DumpStage = (typeof DUMP_STAGES)[number];
