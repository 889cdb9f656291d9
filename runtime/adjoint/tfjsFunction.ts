import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Space, Value } from "../arrays/value.ts";
import type { Tf } from "../engine/tfjs/instance.ts";
import { BindingError } from "../program/bindingError.ts";
import { withParameters, type BoundProgram } from "../program/bound.ts";
import type { ParameterDeclaration } from "../program/definition.ts";
import { bindInputs } from "../program/inputs.ts";
import { parameterSpace } from "../program/parameters.ts";
import { resolve } from "../program/unify.ts";
import { runTask } from "../solve/run.ts";
import { performNow } from "../solve/task.ts";
import { noInputGradients, noReverse } from "./gradientError.ts";
import { GradientSum } from "./gradientSum.ts";
import { implicitPass } from "./implicit.ts";
import { beyondOf } from "../solve/batch.ts";
import { recordBatch } from "./tape.ts";
import { unrolledPass } from "./unrolled.ts";

type Tensor = ReturnType<Tf["tensor"]>;

/** Tensors by name; samples on the first axis of inputs, complex numbers as pairs on a last axis. */
export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * A bound program as a differentiable function of tfjs, to stand inside a model of one's own: inputs, and parameters
 * where they are to be trained from outside (those of each step stacked on a first axis), to the output. Its gradient
 * is the program's own reverse, by unrolled steps or by the implicit function theorem; the forward pass is taken again
 * for it. The program must be bound on an engine over the same instance: `engine({ tf })`.
 * @throws BindingError where a name is missing or an output is a product; GradientError when a solver is differentiated
 */
export function asTfjsFunction(
  tf: Tf,
  program: BoundProgram,
): (inputs: Tensors, parameters?: Tensors) => Tensor {
  const { definition } = program;
  return (inputs, parameters = {}) => {
    const inputNames = definition.inputs.map(({ name }) => name).filter((name) => name in inputs);
    const learned = definition.parameters.filter(({ name }) => name in parameters);
    const names = [...inputNames, ...learned.map(({ name }) => name)];
    const tensors = [
      ...inputNames.map((name) => inputs[name]),
      ...learned.map(({ name }) => parameters[name]),
    ];
    const bindTensors = (
      given: readonly Tensor[],
    ): { program: BoundProgram; data: Record<string, Value> } => {
      const named = Object.fromEntries(names.map((name, index) => [name, given[index]]));
      const data = inputNames.map((name) => [name, inputValue(program, name, present(named[name]))]);
      const values = learned.map(
        (declaration) =>
          [declaration.name, stepValues(program, declaration, present(named[declaration.name]))] as const,
      );
      return {
        program: withParameters(program, new Map([...program.parameters, ...values])),
        data: Object.fromEntries(data) as Record<string, Value>,
      };
    };
    const compute = tf.customGrad((...given) => {
      const save = given.at(-1) as (saved: Tensor[]) => void;
      const arguments_ = given.slice(0, -1) as Tensor[];
      save(arguments_);
      const bound = bindTensors(arguments_);
      const value = outputOf(bound.program, bound.data);
      return {
        value,
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const again = bindTensors(saved);
          const sum = pulledBack(again.program, again.data, dy);
          return [
            ...inputNames.map((name, index) =>
              tensorOr(tf, sum.inputs()[name] ?? null, present(saved[index])),
            ),
            ...learned.map(({ name, perStep }, index) => {
              const model = present(saved[inputNames.length + index]);
              return parameterGradient(tf, sum.parameters().get(name) ?? [], perStep, model);
            }),
          ];
        },
      };
    });
    return compute(...tensors.map(present));
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new BindingError("IPX8003", "", { what: "A tensor is missing." });
  return value;
}

/** Handles of tfjs engines are tensors. */
function tensorOf(value: Value): Tensor {
  if (value.kind === "array") return value.handle as Tensor;
  throw new BindingError("IPX8004", "output", { what: "A product is no tensor." });
}

function inputValue(program: BoundProgram, name: string, tensor: Tensor): ArrayValue {
  const declaration = program.definition.inputs.find((input) => input.name === name);
  const space = declaration === undefined ? null : resolve(declaration.type, program.dimensions);
  const declared = declaration?.type.kind === "array" ? declaration.type.field : "real";
  const field = space?.kind === "array" ? space.field : declared;
  const [batch = 1, ...rest] = tensor.shape;
  const shape = field === "complex" ? rest.slice(0, -1) : rest;
  return { kind: "array", field, shape, batch, handle: tensor };
}

function stepValues(
  { operations, dimensions }: BoundProgram,
  declaration: ParameterDeclaration,
  tensor: Tensor,
): readonly Value[] {
  const space = parameterSpace(declaration, dimensions);
  if (!declaration.perStep) return [shared(space, tensor)];
  const [count = 0, ...rest] = tensor.shape;
  return Array.from({ length: count }, (_, step) => {
    const begin = [step, ...rest.map(() => 0)];
    const slice = operations.engine.slice(tensor, begin, [1, ...rest]);
    return shared(space, operations.engine.reshape(slice, rest));
  });
}

function shared(space: Space, handle: ArrayValue["handle"]): ArrayValue {
  if (space.kind === "product") throw new TypeError("A parameter is a product.");
  return { kind: "array", field: space.field, shape: space.shape, batch: null, handle };
}

function outputOf(program: BoundProgram, data: Record<string, Value>): Tensor {
  const { operations } = program;
  const inputs = performNow(operations, bindInputs(program, data, true));
  return tensorOf(performNow(operations, runTask(program, inputs, {})).output);
}

function pulledBack(program: BoundProgram, data: Record<string, Value>, dy: Tensor): GradientSum {
  const { operations, definition } = program;
  const { target } = definition;
  if (target.kind === "solver") throw noReverse(definition.name, "a solver");
  if (definition.inputGradients !== true) throw noInputGradients(definition.name);
  const inputs = performNow(operations, bindInputs(program, data, true));
  const recorded = recordBatch(program, inputs, beyondOf(target));
  const sum = new GradientSum(program, recorded.batch.beyond);
  if (target.kind === "equilibrium") {
    const pass = performNow(operations, implicitPass(recorded, target, {}));
    performNow(operations, pass.pullBack(likeOutput(pass.output, dy, operations), sum));
    return sum;
  }
  const steps = target.kind === "direct" ? 0 : program.steps;
  const pass = performNow(operations, unrolledPass(recorded, steps));
  performNow(operations, pass.pullBack(likeOutput(pass.output, dy, operations), sum));
  return sum;
}

/** A copy, for passes free the cotangent that they are given. */
function likeOutput(output: Value, dy: Tensor, operations: Operations): Value {
  if (output.kind === "product")
    throw new BindingError("IPX8004", "output", { what: "The output is a product." });
  return operations.map("1*c", { c: { ...output, handle: dy } });
}

function tensorOr(tf: Tf, value: Value | null, model: Tensor): Tensor {
  return value === null ? tf.zerosLike(model) : tensorOf(value);
}

function parameterGradient(
  tf: Tf,
  values: readonly (Value | null)[],
  perStep: boolean,
  model: Tensor,
): Tensor {
  if (!perStep) return tensorOr(tf, values[0] ?? null, model);
  const shape = model.shape.slice(1);
  return tf.stack(values.map((value) => (value === null ? tf.zeros(shape) : tensorOf(value))));
}
