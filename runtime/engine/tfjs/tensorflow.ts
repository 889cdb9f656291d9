import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { Engine } from "../engine.ts";
import { checkUpdate, type UpdateRule } from "../update.ts";
import { type Instance, refuse, type Tf, tensorOf } from "./instance.ts";
import { transposed } from "./movement.ts";

/** An attribute of an operation of TensorFlow. */
interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The numbers by which TensorFlow's C interface names types. */
interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_COMPLEX64: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_STRING: number;
}

/** What the backend of tfjs-node has beside that of every tfjs: any operation of TensorFlow, by its name. */
interface TensorflowBackend {
  readonly binding: Binding;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly TensorInfo[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
    count: number,
  ): Tensor[];
}

/** Fourier transforms of TensorFlow, by the number of axes: they are the last ones. */
const TRANSFORMS = {
  false: ["FFT", "FFT2D", "FFT3D"],
  true: ["IFFT", "IFFT2D", "IFFT3D"],
} as const;

/** The name by which TensorFlow knows variables that have none: each is another. */
const ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

/** The backend in use, or null if that is not TensorFlow's. */
export function tensorflowOf(tf: Tf): TensorflowBackend | null {
  const backend: unknown = tf.backend();
  return tf.getBackend() === "tensorflow" && isTensorflow(backend) ? backend : null;
}

function isTensorflow(backend: unknown): backend is TensorflowBackend {
  return (
    typeof backend === "object" &&
    backend !== null &&
    "binding" in backend &&
    "executeSingleOutput" in backend &&
    "executeMultipleOutputs" in backend
  );
}

/** The transform of pairs along axes by TensorFlow's own, three axes at a time; the inverse is not normalised. */
export function transformedByTensorflow(
  instance: Instance,
  backend: TensorflowBackend,
  x: Tensor,
  axes: readonly number[],
  inverse: boolean,
): Tensor {
  const long = axes.filter((axis) => x.shape[axis] !== 1);
  if (long.length === 0) return x;
  const now = long.slice(0, 3);
  const pair = x.rank - 1;
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== pair && !now.includes(axis));
  const permutation = [...others, ...now, pair];
  const moved = transposed(instance, x, permutation);
  const result = transposed(
    instance,
    ofLastAxes(instance, backend, moved, now.length, inverse),
    permutation.map((_, axis) => permutation.indexOf(axis)),
  );
  return transformedByTensorflow(instance, backend, result, long.slice(3), inverse);
}

function ofLastAxes(
  instance: Instance,
  backend: TensorflowBackend,
  pairs: Tensor,
  count: number,
  inverse: boolean,
): Tensor {
  const { TF_ATTR_TYPE: type, TF_FLOAT: real, TF_COMPLEX64: complex } = backend.binding;
  const name = TRANSFORMS[inverse ? "true" : "false"][count - 1];
  if (name === undefined) throw refuse(instance, "fourier", [pairs.shape], `${count} axes at once`);
  const cast = (x: Tensor, from: number, to: number): Tensor =>
    backend.executeSingleOutput(
      "Bitcast",
      [
        { name: "T", type, value: from },
        { name: "type", type, value: to },
      ],
      [x],
    );
  const given = cast(pairs, real, complex);
  const transform = backend.executeSingleOutput(name, [{ name: "Tcomplex", type, value: complex }], [given]);
  const result = cast(transform, complex, real);
  const entries = pairs.shape.slice(-1 - count, -1).reduce((product, n) => product * n, 1);
  return inverse ? instance.tf.mul(result, entries) : result;
}

/** The engine's `update`, Adam by TensorFlow's own operation: it changes variables, which are made and freed here. */
export function updateByTensorflow(
  instance: Instance,
  backend: TensorflowBackend,
  composed: Engine["update"],
): Pick<Engine, "update"> {
  return {
    update: (rule, value, gradient, slots) => {
      if (rule.kind !== "adam" || value.shape.includes(0)) return composed(rule, value, gradient, slots);
      checkUpdate(instance.name, rule, value, gradient, slots);
      const arrays = [value, ...slots].map((each) => tensorOf(instance, each));
      const step = tensorOf(instance, gradient);
      const [moved, ...moments] = attempt(instance, value.shape, () =>
        adam(instance, backend, rule, arrays, step),
      );
      return { value: moved ?? value, slots: moments };
    },
  };
}

/** @throws EngineError */
function attempt(instance: Instance, shape: readonly number[], body: () => Tensor[]): Tensor[] {
  try {
    return instance.tf.tidy(body);
  } catch (error) {
    throw refuse(instance, "update", [shape], error instanceof Error ? error.message : String(error));
  }
}

function adam(
  { tf }: Instance,
  backend: TensorflowBackend,
  { rate, beta1, beta2, epsilon }: Extract<UpdateRule, { kind: "adam" }>,
  arrays: readonly Tensor[],
  gradient: Tensor,
): Tensor[] {
  const { TF_ATTR_BOOL: flag, TF_ATTR_SHAPE: extents, TF_ATTR_STRING: text } = backend.binding;
  const float = (name: string): Attribute => ({
    name,
    type: backend.binding.TF_ATTR_TYPE,
    value: backend.binding.TF_FLOAT,
  });
  const variables = arrays.map((array) => {
    const variable = backend.executeSingleOutput(
      "VarHandleOp",
      [
        float("dtype"),
        { name: "shape", type: extents, value: array.shape },
        { name: "shared_name", type: text, value: ANONYMOUS },
        { name: "container", type: text, value: "" },
      ],
      [],
    );
    backend.executeMultipleOutputs("AssignVariableOp", [float("dtype")], [variable, array], 0);
    return variable;
  });
  // the powers of beta by which TensorFlow would correct the rate are 0: the rate has been corrected
  const numbers = [0, 0, rate, beta1, beta2, epsilon].map((each) => tf.scalar(each));
  const options = ["use_locking", "use_nesterov"].map((name) => ({ name, type: flag, value: false }));
  backend.executeMultipleOutputs(
    "ResourceApplyAdam",
    [float("T"), ...options],
    [...variables, ...numbers, gradient],
    0,
  );
  return variables.map((variable) => {
    const now = backend.executeSingleOutput("ReadVariableOp", [float("dtype")], [variable]);
    const option = { name: "ignore_lookup_error", type: flag, value: true };
    backend.executeMultipleOutputs("DestroyResourceOp", [option], [variable], 0);
    return now;
  });
}
