import type { Block, Variable } from "./block.ts";
import type { IrBuilder } from "./build.ts";
import { reshared } from "./reshare.ts";
import { spaceOf } from "./spaces.ts";
import { freeVariables, substitute } from "./variables.ts";

/** How a fixed point is found: Anderson's iteration with that many columns, plain steps with none. */
export interface FixedPointOptions {
  readonly memory: number;
  readonly damping: number;
  /** stop at |f(z) - z| <= tolerance |z|, per sample; 0: take all steps */
  readonly tolerance: number;
  /** the most evaluations of the map behind the first one */
  readonly maximum: number;
}

/** A proposal may not enlarge the residual by more than this. */
const GROWTH = 2;
/** A proposal may not go farther than so many plain steps at once (runtime/solve/fixedPoint.ts says why). */
const REACH = 300;
/** A column that is shorter than this part of itself beside the others says nothing new in single precision. */
const INDEPENDENT = 1e-4;

/** Where the iteration stands: the point, f(point) - point, whether the next step is plain, and the columns. */
interface State {
  readonly x: Variable;
  readonly residual: Variable;
  readonly plain: Variable;
  readonly points: readonly Variable[];
  readonly residuals: readonly Variable[];
}

/**
 * z = f(z) for each sample, f a block with one parameter and one result; infinite where it is not found, so that no
 * derivative is taken of what is no fixed point. Anderson's iteration in the form that keeps its residual differences orthonormal, as GCR does (Walker, Ni, SIAM J. Numer. Anal.
 * 49, 2011; Eisenstat, Elman, Schultz, SIAM J. Numer. Anal. 20, 1983); a proposal whose residual grows, or is not
 * finite, is refused for a plain step without a history, and one that goes too far gives way to the plain step. The derivative is that of the fixed point, not of the
 * iteration: what `step` reads is held fixed in the loop.
 */
export function solveFixedPoint(
  builder: IrBuilder,
  start: Variable,
  step: Block,
  backward: FixedPointOptions,
  options: FixedPointOptions,
): Variable {
  const still = new Map(
    freeVariables(step)
      .filter(({ type }) => type.kind === "value")
      .map((each) => [each, builder.stopGradient(each)] as const),
  );
  const held = substitute(step, still);
  const residualAt = (inner: IrBuilder, x: Variable): Variable =>
    inner.elementwise("sub", [applied(inner, held, x), x]);
  const x = builder.stopGradient(start);
  const zero = zeroLike(builder, x);
  const columns = Array.from({ length: options.memory }, () => zero);
  const first: State = {
    x,
    residual: residualAt(builder, x),
    plain: truth(builder),
    points: columns,
    residuals: columns,
  };
  const { carried, capped } = builder.loop(
    packed(first),
    (inner, values) => isUnsolved(inner, unpacked(values, options), options),
    (inner, values) => packed(nextState(inner, unpacked(values, options), residualAt, options)),
    options.maximum,
    namesOf(start, options),
  );
  const last = unpacked(carried, options).x;
  const infinite = builder.constant(Infinity);
  const found =
    options.tolerance === 0 ? last : builder.named(select(builder, capped, infinite, last), start.name);
  return builder.fixedPoint(found, sharedAs(builder, step, found), backward);
}

/** The value of a block with one parameter and one result. */
function applied(builder: IrBuilder, block: Block, x: Variable): Variable {
  const [result] = builder.inline(sharedAs(builder, block, x), [x]);
  if (result === undefined) throw new Error("a map has a value");
  return result;
}

function sharedAs(builder: IrBuilder, block: Block, x: Variable): Block {
  const [parameter] = block.parameters;
  if (parameter === undefined) throw new Error("a map has an argument");
  return reshared(block, new Map([[parameter, { ...parameter, shared: x.shared }]]), builder.functions);
}

function packed({ x, residual, plain, points, residuals }: State): readonly Variable[] {
  return [x, residual, plain, ...points, ...residuals];
}

function unpacked(values: readonly Variable[], { memory }: FixedPointOptions): State {
  const [x, residual, plain, ...columns] = values;
  if (x === undefined || residual === undefined || plain === undefined) throw new Error("a state is whole");
  return { x, residual, plain, points: columns.slice(0, memory), residuals: columns.slice(memory) };
}

function namesOf({ name }: Variable, { memory }: FixedPointOptions): readonly string[] {
  const columns = (of: string): readonly string[] =>
    Array.from({ length: memory }, (_, j) => `${of}${j + 1}`);
  return [name, "residual", "plain", ...columns("dx"), ...columns("dr")];
}

/** Not |r| <= tolerance |x|, which holds of what is not finite, too. */
function isUnsolved(b: IrBuilder, { x, residual }: State, { tolerance }: FixedPointOptions): Variable {
  if (tolerance === 0) return truth(b);
  const bound = b.elementwise("mul", [b.constant(tolerance), b.norm2(x)]);
  return b.elementwise("not", [b.elementwise("lessEqual", [b.norm2(residual), bound])]);
}

function nextState(
  b: IrBuilder,
  state: State,
  residualAt: (inner: IrBuilder, x: Variable) => Variable,
  options: FixedPointOptions,
): State {
  const plainPoint = b.elementwise("add", [state.x, state.residual]);
  if (options.memory === 0) return { ...state, x: plainPoint, residual: residualAt(b, plainPoint) };
  const ahead = proposal(b, state, options);
  const reach = b.elementwise("mul", [b.constant(REACH), b.norm2(state.residual)]);
  const isNear = b.elementwise("lessEqual", [b.norm2(b.elementwise("sub", [ahead, state.x])), reach]);
  const follows = b.elementwise("and", [b.elementwise("not", [state.plain]), isNear]);
  const point = select(b, follows, ahead, plainPoint);
  const residual = residualAt(b, point);
  const limit = b.elementwise("mul", [b.constant(GROWTH), b.norm2(state.residual)]);
  const grows = b.elementwise("not", [b.elementwise("lessEqual", [b.norm2(residual), limit])]);
  const refused = b.elementwise("and", [b.elementwise("not", [state.plain]), grows]);
  const zero = zeroLike(b, point);
  const newest = column(b, state, point, residual);
  const kept = (columns: readonly Variable[], first: Variable): readonly Variable[] =>
    [first, ...columns.slice(0, -1)].map((each) => select(b, refused, zero, each));
  return {
    x: select(b, refused, state.x, point),
    residual: select(b, refused, state.residual, residual),
    plain: refused,
    points: kept(state.points, newest.point),
    residuals: kept(state.residuals, newest.residual),
  };
}

/** x + b r - sum of <r, q> (p + b q) over the columns (p, q), the q orthonormal. */
function proposal(
  b: IrBuilder,
  { x, residual, points, residuals }: State,
  { damping }: FixedPointOptions,
): Variable {
  const ahead = (along: Variable, by: Variable): Variable =>
    b.elementwise("add", [along, b.elementwise("mul", [b.constant(damping), by])]);
  return residuals.reduce(
    (sum, q, j) => {
      const direction = ahead(points[j] ?? q, q);
      return b.elementwise("sub", [sum, b.elementwise("mul", [b.dot(residual, q), direction])]);
    },
    ahead(x, residual),
  );
}

/** The differences of points and residuals, the latter made orthonormal to the columns there are; 0 if it cannot be. */
function column(
  b: IrBuilder,
  state: State,
  point: Variable,
  residual: Variable,
): { readonly point: Variable; readonly residual: Variable } {
  let p = b.elementwise("sub", [point, state.x]);
  let q = b.elementwise("sub", [residual, state.residual]);
  const limit = b.elementwise("mul", [b.constant(INDEPENDENT), b.norm2(q)]);
  state.residuals.forEach((known, j) => {
    const along = b.dot(q, known);
    p = b.elementwise("sub", [p, b.elementwise("mul", [along, state.points[j] ?? known])]);
    q = b.elementwise("sub", [q, b.elementwise("mul", [along, known])]);
  });
  const length = b.norm2(q);
  const isNew = b.elementwise("less", [limit, length]);
  const zero = zeroLike(b, q);
  const over = b.elementwise("div", [b.constant(1), select(b, isNew, length, b.constant(1))]);
  const scaled = (of: Variable): Variable => select(b, isNew, b.elementwise("mul", [over, of]), zero);
  return { point: scaled(p), residual: scaled(q) };
}

function select(b: IrBuilder, mask: Variable, yes: Variable, no: Variable): Variable {
  return b.elementwise("select", [mask, yes, no]);
}

function truth(b: IrBuilder): Variable {
  const one = b.constant(1);
  const [result] = b.emit("elementwise", { function: "equal" }, [one, one], ["true"]);
  if (result === undefined) throw new Error("a comparison has a result");
  return result;
}

function zeroLike(b: IrBuilder, x: Variable): Variable {
  return zeroOf(b, spaceOf(x));
}

function zeroOf(b: IrBuilder, space: ReturnType<typeof spaceOf>): Variable {
  return space.kind === "product"
    ? b.product(space.parts.map((part) => zeroOf(b, part)))
    : b.fill(b.constant(0), space);
}
