import type { Argument, CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { ARRAYS } from "../../compiler/library/arrays/table.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { diskKernel, gaussianKernel, motionKernel } from "../../runtime/operators/blur/kernels.ts";
import { expressionOf, numberAt } from "./arguments.ts";
import { fault } from "./faults.ts";
import type { Thing } from "./thing.ts";

type Settings = Readonly<Record<string, number>>;

const KERNELS = {
  gaussian_kernel: (n, { sigma = 1 }) => gaussianKernel(n, sigma),
  motion_kernel: (n, { length = 1, angle = 0 }) => motionKernel(n, length, angle),
  disk_kernel: (n, { radius = 1 }) => diskKernel(n, radius),
} as const satisfies Record<string, (n: number, settings: Settings) => HostArray>;

type KernelName = keyof typeof KERNELS;

const EXAMPLES: { readonly [N in KernelName]: string } = {
  gaussian_kernel: "gaussian_kernel(9, sigma = 2)",
  motion_kernel: "motion_kernel(15, length = 9, angle = pi/4)",
  disk_kernel: "disk_kernel(9, radius = 3)",
};

/** The largest side of a kernel: more than pictures have, and made within seconds. */
const LARGEST = 4096;

/** The kernels for `blur` that a binding may make. */
export const KERNEL_NAMES: readonly string[] = Object.keys(KERNELS);

/** Whether a name makes a kernel. */
export function isKernelName(name: string): name is KernelName {
  return Object.hasOwn(KERNELS, name);
}

/**
 * A kernel by its name, as in `gaussian_kernel(9, sigma = 2)`.
 * @throws Failure that points to the call
 */
export function kernelCall(
  call: CallExpression<Parsed>,
  name: KernelName,
  evaluate: (expression: Expression) => Thing,
): Thing {
  const rules = ARRAYS[name].settings;
  const [size, ...rest] = call.arguments;
  const wrong = fault(
    call.span,
    `\`${name}\` takes a size and ${Object.keys(rules)
      .map((key) => `\`${key}\``)
      .join(", ")}`,
    `Write \`${EXAMPLES[name]}\`.`,
  );
  const known = (argument: Argument): boolean => argument.name !== null && argument.name.name in rules;
  if (size === undefined || size.name !== null || !rest.every(known)) throw wrong;
  const numberOf = (argument: Argument): number => {
    const at = expressionOf(argument);
    return numberAt(evaluate(at), at, "A size or a width");
  };
  const n = numberOf(size);
  const settings = Object.fromEntries(
    rest.map((argument) => [argument.name?.name ?? "", numberOf(argument)]),
  );
  const missing = Object.entries(rules).some(([key, rule]) => "required" in rule && !(key in settings));
  if (missing) throw wrong;
  const wide = Object.entries(settings).every(([key, value]) => key === "angle" || value > 0);
  if (!Number.isSafeInteger(n) || n < 1 || n > LARGEST || !wide) {
    throw fault(call.span, `The size of a kernel is a count up to ${LARGEST}, and its widths are positive`);
  }
  return { kind: "host", array: KERNELS[name](n, settings), batched: false };
}
