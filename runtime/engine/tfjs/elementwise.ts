import type { Tensor } from "@tensorflow/tfjs-core";
import type { ElementwiseExpression, ElementwiseFunction } from "../../arrays/expression.ts";
import type { Engine } from "../engine.ts";
import { broadcastShape, sameShape, sizeOf } from "../shape.ts";
import { choose } from "./choose.ts";
import { type Instance, refuse, run, type Tf } from "./instance.ts";
import { repeated } from "./movement.ts";
import { nonnegative } from "./values.ts";

/** Missing arguments repeat the first. Arguments are numbers, but of rules in `TRUTHS`; results may be truths. */
type Rule = (instance: Instance, a: Tensor, b: Tensor, c: Tensor) => Tensor;

const pairsOnly: Rule = (instance, a) => {
  throw refuse(instance, "elementwise", [a.shape], "engines know real numbers only");
};

/**
 * A rule whose kernel on WebAssembly finds the place of every entry by division where arrays repeat, 40 times slower
 * than on arrays of one shape: those are made first. Single numbers are not worth it.
 */
function onOneShape(rule: (tf: Tf, a: Tensor, b: Tensor) => Tensor): Rule {
  return (instance, a, b) => {
    const shape = broadcastShape(a.shape, b.shape);
    if (instance.heap === null || shape === null) return rule(instance.tf, a, b);
    const whole = (x: Tensor): Tensor =>
      x.size === 1 || sameShape(x.shape, shape) ? x : repeated(instance, numbers(instance, x), shape);
    return rule(instance.tf, whole(a), whole(b));
  };
}

/** A rule for truths. */
function both(rule: (tf: Tf, a: Tensor, b: Tensor) => Tensor): Rule {
  return onOneShape((tf, a, b) => rule(tf, truths(tf, a), truths(tf, b)));
}

const less = onOneShape((tf, a, b) => tf.less(a, b));

/** `soft` for thresholds >= 0: relu(u - t) - relu(-u - t), 4 times faster than with the sign on WebAssembly. */
const soft: Rule = (instance, u, threshold) => {
  const { tf } = instance;
  if (nonnegative(instance, threshold)) {
    return tf.sub(tf.relu(tf.sub(u, threshold)), tf.relu(tf.neg(tf.add(u, threshold))));
  }
  return tf.mul(tf.sign(u), tf.relu(tf.sub(tf.abs(u), threshold)));
};

/** The definitions of runtime/arrays/expression.ts, composed of operations of tfjs. */
const RULES: { readonly [F in ElementwiseFunction]: Rule } = {
  add: ({ tf }, a, b) => tf.add(a, b),
  sub: ({ tf }, a, b) => tf.sub(a, b),
  mul: ({ tf }, a, b) => tf.mul(a, b),
  div: ({ tf }, a, b) => tf.div(a, b),
  pow: onOneShape((tf, a, b) => tf.pow(a, b)),
  neg: ({ tf }, a) => tf.neg(a),
  abs: ({ tf }, a) => tf.abs(a),
  conj: (_, a) => a,
  real: (_, a) => a,
  imag: ({ tf }, a) => tf.zeros(a.shape),
  complex: pairsOnly,
  imaginary: pairsOnly,
  phase: (instance, a) => instance.tf.mul(numbers(instance, instance.tf.less(a, 0)), Math.PI),
  sign: (instance, a) => choose(instance, instance.tf.equal(a, a), instance.tf.sign(a), a),
  exp: ({ tf }, a) => tf.exp(a),
  log: ({ tf }, a) => tf.log(a),
  sqrt: ({ tf }, a) => tf.sqrt(a),
  square: ({ tf }, a) => tf.square(a),
  reciprocal: ({ tf }, a) => tf.reciprocal(a),
  tanh: ({ tf }, a) => tf.tanh(a),
  sigmoid: ({ tf }, a) => tf.sigmoid(a),
  softplus: ({ tf }, a) => tf.softplus(a),
  erf: ({ tf }, a) => tf.erf(a),
  relu: ({ tf }, a) => tf.relu(a),
  positive: ({ tf }, a) => tf.step(a),
  floor: ({ tf }, a) => tf.floor(a),
  max: onOneShape((tf, a, b) => tf.maximum(a, b)),
  min: onOneShape((tf, a, b) => tf.minimum(a, b)),
  mod: ({ tf }, a, b) => tf.sub(a, tf.mul(b, tf.floor(tf.div(a, b)))),
  soft,
  hard: (instance, a, b) => {
    const { tf } = instance;
    return choose(instance, less(instance, b, tf.abs(a), b), a, tf.scalar(0));
  },
  less,
  lessEqual: onOneShape((tf, a, b) => tf.lessEqual(a, b)),
  equal: onOneShape((tf, a, b) => tf.equal(a, b)),
  and: both((tf, a, b) => tf.logicalAnd(a, b)),
  or: both((tf, a, b) => tf.logicalOr(a, b)),
  not: (instance, a) => instance.tf.logicalNot(truths(instance.tf, a)),
  pairNorm: ({ tf }, a) =>
    a.shape.at(-1) === 2 ? tf.sqrt(tf.sum(tf.square(a), -1, true)) : tf.mul(tf.abs(a), Math.SQRT2),
  select: (instance, a, b, c) => choose(instance, a, numbers(instance, b), numbers(instance, c)),
};

/** The functions that take truths as they are. */
const TRUTHS: ReadonlySet<ElementwiseFunction> = new Set<ElementwiseFunction>(["and", "or", "not", "select"]);

/** Exponents that have an operation of their own. */
const POWERS: ReadonlyMap<number, (instance: Instance, a: Tensor) => Tensor> = new Map([
  [-1, ({ tf }: Instance, a: Tensor): Tensor => tf.reciprocal(a)],
  [0.5, ({ tf }: Instance, a: Tensor): Tensor => tf.sqrt(a)],
  [1, (_: Instance, a: Tensor): Tensor => a],
  [2, ({ tf }: Instance, a: Tensor): Tensor => tf.square(a)],
  [3, ({ tf }: Instance, a: Tensor): Tensor => tf.mul(a, tf.square(a))],
]);

/** A tensor of numbers: truths become 1 and 0. */
function numbers({ tf }: Instance, tensor: Tensor): Tensor {
  return tensor.dtype === "bool" ? tf.cast(tensor, "float32") : tensor;
}

function truths(tf: Tf, tensor: Tensor): Tensor {
  return tensor.dtype === "bool" ? tensor : tf.notEqual(tensor, 0);
}

/** Evaluates an expression; nodes that occur twice, as objects, are computed once. */
function evaluator(
  instance: Instance,
  inputs: ReadonlyMap<string, Tensor>,
): (expression: ElementwiseExpression) => Tensor {
  const known = new Map<ElementwiseExpression, Tensor>();
  const evaluate = (expression: ElementwiseExpression): Tensor => {
    const before = known.get(expression);
    if (before !== undefined) return before;
    const tensor = compute(expression);
    known.set(expression, tensor);
    return tensor;
  };
  const compute = (expression: ElementwiseExpression): Tensor => {
    switch (expression.kind) {
      case "constant":
        return instance.tf.scalar(expression.value);
      case "input": {
        const input = inputs.get(expression.name);
        if (input === undefined) throw refuse(instance, "elementwise", [], `no input ${expression.name}`);
        return input;
      }
      case "apply": {
        const { function: name } = expression;
        const [base, exponent] = expression.arguments;
        if (name === "pow" && base && exponent?.kind === "constant") {
          const power = POWERS.get(exponent.value);
          if (power !== undefined) return power(instance, numbers(instance, evaluate(base)));
        }
        const convert = TRUTHS.has(name)
          ? (x: Tensor): Tensor => x
          : (x: Tensor): Tensor => numbers(instance, x);
        const [a, b, c] = expression.arguments.map((argument) => convert(evaluate(argument)));
        if (a === undefined) throw refuse(instance, "elementwise", [], `${name} without arguments`);
        return RULES[name](instance, a, b ?? a, c ?? a);
      }
    }
  };
  return evaluate;
}

/** Elementwise expressions, one operation of tfjs after another. */
export function elementwiseOf(instance: Instance): Pick<Engine, "elementwise"> {
  return {
    elementwise(expression, inputs) {
      const names = Object.keys(inputs);
      return run(instance, "elementwise", Object.values(inputs), (...tensors) => {
        const shape = tensors.reduce<readonly number[]>((left, { shape: right }) => {
          const joint = broadcastShape(left, right);
          if (joint === null) throw refuse(instance, "elementwise", [left, right], "the shapes do not align");
          return joint;
        }, []);
        if (sizeOf(shape) === 0) return instance.tf.zeros([...shape]);
        const named = new Map(tensors.map((tensor, index) => [names[index] ?? "", tensor]));
        const result = numbers(instance, evaluator(instance, named)(expression));
        return sameShape(result.shape, shape) ? result : repeated(instance, result, shape);
      });
    },
  };
}
