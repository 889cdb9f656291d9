import { type ArrayValue, type Operations, type Operator, realArray, type Value } from "ipc/runtime";
import { type Case, type DataSet, type Opened, repeated, type Setting } from "../case.ts";
import { load } from "../files.ts";
import { handlesOf } from "../../../runtime/arrays/value.ts";

/** An array of the data on the engine; complex ones have a last axis of real and imaginary parts. */
export type Put = (name: string, field?: ArrayValue["field"]) => Promise<ArrayValue>;

/** What is asked of an operator here. */
export type Applicable = Pick<Operator, "apply" | "adjoint" | "handles">;

/** An operator of the library: its product with arrays of the data and then its adjoint, A'A x. */
export interface OperatorCase {
  readonly name: string;
  readonly title: string;
  readonly data: DataSet;
  /** the arrays of the data that it is applied to: several are a tuple */
  readonly arrays: readonly string[];
  readonly field?: ArrayValue["field"];
  /** whether A x alone is measured, where nobody asks for the adjoint */
  readonly isForward?: true;
  /** operations of A and of A' that cannot be spared; reading x, writing and reading A x, writing A'A x */
  readonly work: Case["work"];
  readonly floor?: Case["floor"];
  readonly tolerances?: Case["tolerances"];
  readonly build: (operations: Operations, put: Put, folder: string) => Promise<Applicable> | Applicable;
}

/** The case that measures an operator; compared are A x and A'A x. */
export function caseOf(measured: OperatorCase): Case {
  const { name, title, data, work, floor, tolerances, isForward } = measured;
  return {
    name: `operator-${name}`,
    title: `${isForward === true ? "A x" : "A'A x"}, ${title}`,
    data,
    tolerance: 1e-5,
    ...(tolerances === undefined ? {} : { tolerances }),
    ...(floor === undefined ? {} : { floor }),
    work,
    open: (setting) => opened(setting, measured),
  };
}

async function opened({ operations, folder }: Setting, measured: OperatorCase): Promise<Opened> {
  const { engine } = operations;
  const { arrays, field = "real", build } = measured;
  const given = new Set<ArrayValue["handle"]>();
  const put: Put = async (name, of = "real") => {
    const { data: numbers, shape } = await load(folder, name);
    const handle = engine.upload(numbers, shape);
    given.add(handle);
    const own = of === "real" ? shape : shape.slice(0, -1);
    return { kind: "array", field: of, shape: own, batch: null, handle };
  };
  const parts = await Promise.all(arrays.map((name) => put(name, field)));
  const [first] = parts;
  const x = parts.length === 1 && first !== undefined ? first : operations.product(parts);
  const operator = await build(operations, put, folder);
  const forward = (): readonly Value[] => [operator.apply(operations, x)];
  const both = (): readonly Value[] => {
    const image = operator.apply(operations, x);
    return [image, operator.adjoint(operations, image)];
  };
  const products = measured.isForward === true ? forward : both;
  const kept = (values: readonly Value[]) => values.flatMap(handlesOf);
  // an operator may give back what it is given
  const dispose = (made: readonly ArrayValue["handle"][]): void =>
    engine.dispose(made.filter((handle) => !given.has(handle)));
  const run = async () => {
    const made = engine.scope(() => products().slice(-1), kept).flatMap(handlesOf);
    const [last] = made.slice(-1);
    if (last === undefined) throw new TypeError("an operator without a result");
    const corner = engine.slice(
      last,
      last.shape.map(() => 0),
      last.shape.map(() => 1),
    );
    await engine.read(corner);
    dispose([...made, corner]);
  };
  const check = async () => {
    const made = engine.scope(products, kept).flatMap(handlesOf);
    const numbers = await Promise.all(made.map((handle) => engine.read(handle)));
    dispose(made);
    const all = new Float64Array(numbers.reduce((total, { length }) => total + length, 0));
    let end = 0;
    for (const each of numbers) {
      all.set(each, end);
      end += each.length;
    }
    return { result: realArray([all.length], all) };
  };
  return repeated(check, run, () => engine.dispose([...new Set([...given, ...operator.handles])]));
}
