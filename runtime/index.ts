/**
 * What emitted modules import, and what users of a compiled program need: bind it (`model`), train it, run it, or put it
 * into a model of their own tfjs code (`asTfjsFunction`).
 */
export { operations } from "./arrays/create.ts";
export type { Operations } from "./arrays/operations.ts";
export { C, productOf, R } from "./arrays/spaces.ts";
export type { ArrayValue, Space, Value } from "./arrays/value.ts";
export { GradientError } from "./adjoint/gradientError.ts";
export {
  releaseGradient,
  valueAndGradient,
  type Gradient,
  type GradientOptions,
} from "./adjoint/gradient.ts";
export type { LossValue, OutputLoss } from "./adjoint/loss.ts";
export { forecastRun, forecastTraining, type Forecast } from "./forecast.ts";
export { asTfjsFunction, type Tensors } from "./adjoint/tfjsFunction.ts";
export { EngineError, type Engine } from "./engine/engine.ts";
export { engine, type EngineChoice, type EngineName } from "./engine/select.ts";
export { DataError } from "./io/dataError.ts";
export { hostArray, realArray, type HostArray } from "./io/hostArray.ts";
export { readNpy, writeNpy } from "./io/npy.ts";
export { readSafetensors, writeSafetensors, type Safetensors } from "./io/safetensors.ts";
export { Model, model, type ModelResult, type ModelTraining, type ModelSettings } from "./model.ts";
export type { GivenMap } from "./arrays/givenMap.ts";
export { trainedMap } from "./adjoint/trainedMap.ts";
export { OperatorError } from "./operators/operatorError.ts";
export { libraryOperator } from "./operators/create.ts";
export { adjoint, compose, hstack, scale, sum, vstack } from "./operators/algebra/algebra.ts";
export { matrixOperator } from "./operators/matrices/matrix.ts";
export type { Operator } from "./operators/operator.ts";
export { bind } from "./program/bind.ts";
export { BindingError } from "./program/bindingError.ts";
export { release, type Bindings, type BoundInputs, type BoundProgram } from "./program/bound.ts";
export type { ArrayDatum, Data, Datum, OperatorDatum } from "./program/datum.ts";
export { defineProgram } from "./program/define.ts";
export type { ProgramDefinition } from "./program/definition.ts";
export { bindInputs } from "./program/inputs.ts";
export { download, upload } from "./program/transfer.ts";
export type { Progress, SolveOptions } from "./solve/options.ts";
export type { Reason, SolveResult, Trace } from "./solve/result.ts";
export { run } from "./solve/run.ts";
export { perform, performNow } from "./solve/task.ts";
export type { Store } from "./train/checkpoint.ts";
export { finiteData, type TrainingBatch, type TrainingData } from "./train/data.ts";
export { huber, LOSSES, mse, nmse, norm1, norm2sq, type Loss } from "./train/losses.ts";
export type { OptimiserSettings } from "./train/optimiser.ts";
export type { Schedule } from "./train/schedule.ts";
export { train, type TrainingOptions, type TrainingProgress, type TrainingResult } from "./train/trainer.ts";
