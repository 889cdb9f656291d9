import type { ElementwiseFunction } from "../../arrays/expression.ts";
import { type Code, type Import, simd, vectorOf } from "./module.ts";

const [EQ, NE, LT, GT, LE, GE] = [0x41, 0x42, 0x43, 0x44, 0x45, 0x46] as const;
const ALL_TRUE = 0xa3;
const [V_AND, V_ANDNOT, V_OR, V_SELECT] = [78, 79, 80, 82] as const;
const FLOOR = 0x68;
const [ABS, NEG, SQRT, ADD, SUB, MUL, DIV, MIN, MAX] = [
  0xe0, 0xe1, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9,
] as const;
/** Of a and b: b where b < a, or a < b; else a, NaN too. */
const [LESSER, GREATER] = [0xea, 0xeb] as const;

const unary = (operation: number, a: Code): Code => [...a, ...simd(operation)];
const binary = (operation: number, a: Code, b: Code): Code => [...a, ...b, ...simd(operation)];

/** Four times the float of these bits. */
const constant = (bits: number): Code => vectorOf(bits, bits, bits, bits);

const ZERO = constant(0);
const ONE = constant(0x3f800000);
const PI = constant(0x40490fdb);
/** 2^-126, the smallest number of full precision, and its reciprocal. */
const SMALLEST = constant(0x00800000);
const LARGEST = constant(0x7e800000);
const SIGN_BIT = constant(0x80000000);

/** 1 where the mask holds, else 0. */
const truth = (mask: Code): Code => binary(V_AND, mask, ONE);
const holds = (a: Code): Code => binary(NE, a, ZERO);
/** NaN (all bits) where a is NaN, else 0. */
const undefinedness = (a: Code): Code => binary(NE, a, a);
/** 1 with the sign of a; 0 at 0, and 1 or -1 at NaN. */
const side = (a: Code): Code => binary(V_AND, binary(V_OR, binary(V_AND, a, SIGN_BIT), ONE), holds(a));

type Emitted = (a: Code, b: Code, c: Code) => Code;

/**
 * What a function becomes: instructions on four lanes, fewer perhaps where an argument that serves a row is ordinary;
 * those of the two entries of pairs; a call of the library; or nothing that engines can do.
 */
export type FunctionRule =
  | { readonly kind: "code"; readonly code: Emitted; readonly special: Special | null }
  | { readonly kind: "pair"; readonly code: (a: Code, b: Code) => Code }
  | { readonly kind: "call"; readonly import: Import }
  | { readonly kind: "none" };

/** Fewer instructions for an argument, at one of some places, of which `holds` leaves a word that is not 0. */
export interface Special {
  readonly places: readonly number[];
  readonly holds: (bound: Code) => Code;
  /** what is computed of it once a row, and taken instead of it; null where it is taken as it is */
  readonly prepared: ((bound: Code) => Code) | null;
  readonly code: (other: Code, bound: Code) => Code;
}

const code = (emitted: Emitted, special: Special | null = null): FunctionRule => ({
  kind: "code",
  code: emitted,
  special,
});
/** No lane is negative or NaN. */
const noneNegative = (a: Code): Code => [...binary(GE, a, ZERO), ...simd(ALL_TRUE)];
/** No lane is 0 or NaN. */
const allOrdinary = (a: Code): Code => [...binary(GT, unary(ABS, a), ZERO), ...simd(ALL_TRUE)];
/** Of all lanes the reciprocal is an ordinary number as they are. */
const invertible = (a: Code): Code => [
  ...binary(V_AND, binary(GE, unary(ABS, a), SMALLEST), binary(LE, unary(ABS, a), LARGEST)),
  ...simd(ALL_TRUE),
];
/** Larger or smaller ones, NaN where either is, by one instruction that takes `other` where the two do not compare. */
const extreme = (operation: number): Special => ({
  places: [0, 1],
  holds: allOrdinary,
  prepared: null,
  code: (other, bound) => binary(operation, other, bound),
});
const called = (name: string, vectors = 1): FunctionRule => ({ kind: "call", import: { name, vectors } });
const same = code((a) => a);

/**
 * The functions of runtime/arrays/expression.ts on four lanes, NaN and signed zeros as the reference engine has them.
 * Each argument is an instruction that gives its value, and may be used more than once.
 */
export const FUNCTIONS: { readonly [F in ElementwiseFunction]: FunctionRule } = {
  add: code((a, b) => binary(ADD, a, b)),
  sub: code((a, b) => binary(SUB, a, b)),
  mul: code((a, b) => binary(MUL, a, b)),
  div: code((a, b) => binary(DIV, a, b), {
    places: [1],
    holds: invertible,
    prepared: (b) => binary(DIV, ONE, b),
    code: (a, reciprocal) => binary(MUL, a, reciprocal),
  }),
  pow: called("power", 2),
  neg: code((a) => unary(NEG, a)),
  abs: code((a) => unary(ABS, a)),
  conj: same,
  real: same,
  imag: code(() => ZERO),
  complex: { kind: "none" },
  imaginary: { kind: "none" },
  phase: code((a) => binary(V_AND, binary(LT, a, ZERO), PI)),
  sign: code((a) => binary(V_OR, side(a), undefinedness(a))),
  exp: called("exponential"),
  log: called("logarithm"),
  sqrt: code((a) => unary(SQRT, a)),
  square: code((a) => binary(MUL, a, a)),
  reciprocal: code((a) => binary(DIV, ONE, a)),
  tanh: called("hyperbolic_tangent"),
  sigmoid: called("logistic"),
  softplus: called("softplus"),
  erf: called("error_function"),
  relu: code((a) => binary(V_ANDNOT, a, binary(LE, a, ZERO))),
  positive: code((a) => binary(V_OR, truth(binary(GT, a, ZERO)), undefinedness(a))),
  floor: code((a) => unary(FLOOR, a)),
  max: code((a, b) => binary(MAX, a, b), extreme(GREATER)),
  min: code((a, b) => binary(MIN, a, b), extreme(LESSER)),
  mod: code((a, b) => binary(SUB, a, binary(MUL, b, unary(FLOOR, binary(DIV, a, b))))),
  soft: code(
    (a, b) => {
      const excess = binary(SUB, unary(ABS, a), b);
      return binary(MUL, side(a), binary(V_ANDNOT, excess, binary(LE, excess, ZERO)));
    },
    {
      places: [1],
      holds: noneNegative,
      prepared: null,
      code: (a, b) => binary(SUB, a, binary(LESSER, binary(GREATER, a, unary(NEG, b)), b)),
    },
  ),
  hard: code((a, b) => binary(V_AND, a, binary(GT, unary(ABS, a), b))),
  less: code((a, b) => truth(binary(LT, a, b))),
  lessEqual: code((a, b) => truth(binary(LE, a, b))),
  equal: code((a, b) => truth(binary(EQ, a, b))),
  and: code((a, b) => truth(binary(V_AND, holds(a), holds(b)))),
  or: code((a, b) => truth(binary(V_OR, holds(a), holds(b)))),
  not: code((a) => truth(binary(EQ, a, ZERO))),
  pairNorm: {
    kind: "pair",
    code: (a, b) => unary(SQRT, binary(ADD, binary(MUL, a, a), binary(MUL, b, b))),
  },
  select: code((a, b, c) => [...b, ...c, ...holds(a), ...simd(V_SELECT)]),
};
