/* Complex numbers as kernels take them: pairs in memory, their parts in registers of their own. */
#pragma once
#include "kernel.h"

typedef struct { vec re, im; } pairs;

/* c - a*b, fused as fma_vec is. */
#if defined(__wasm_relaxed_simd__)
INLINE vec fnma_vec(vec a, vec b, vec c) { return (vec)__builtin_wasm_relaxed_nmadd_f32x4(a, b, c); }
#else
INLINE vec fnma_vec(vec a, vec b, vec c) { return c - a * b; }
#endif

/* Where the parts of two neighbouring registers lie, and back. */
#if LANES == 4
#define REAL_PARTS 0, 2, 4, 6
#define IMAGINARY_PARTS 1, 3, 5, 7
#define LOWER_PAIRS 0, 4, 1, 5
#define UPPER_PAIRS 2, 6, 3, 7
#elif LANES == 8
#define REAL_PARTS 0, 2, 4, 6, 8, 10, 12, 14
#define IMAGINARY_PARTS 1, 3, 5, 7, 9, 11, 13, 15
#define LOWER_PAIRS 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER_PAIRS 4, 12, 5, 13, 6, 14, 7, 15
#else
#define REAL_PARTS 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define IMAGINARY_PARTS 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define LOWER_PAIRS 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER_PAIRS 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

INLINE pairs load_pairs(const float *from) {
  const vec a = load(from), b = load(from + LANES);
  return (pairs){__builtin_shufflevector(a, b, REAL_PARTS), __builtin_shufflevector(a, b, IMAGINARY_PARTS)};
}

INLINE void store_pairs(float *to, pairs x) {
  store(to, __builtin_shufflevector(x.re, x.im, LOWER_PAIRS));
  store(to + LANES, __builtin_shufflevector(x.re, x.im, UPPER_PAIRS));
}

INLINE pairs add_pairs(pairs a, pairs b) { return (pairs){a.re + b.re, a.im + b.im}; }
INLINE pairs subtract_pairs(pairs a, pairs b) { return (pairs){a.re - b.re, a.im - b.im}; }
/* a + i b and a - i b */
INLINE pairs add_turned(pairs a, pairs b) { return (pairs){a.re - b.im, a.im + b.re}; }
INLINE pairs subtract_turned(pairs a, pairs b) { return (pairs){a.re + b.im, a.im - b.re}; }
INLINE pairs times(pairs a, vec re, vec im) {
  return (pairs){fnma_vec(a.im, im, a.re * re), fma_vec(a.im, re, a.re * im)};
}

/* Rows of four become columns. */
INLINE void transpose4(vec4 x[4]) {
  const vec4 a = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
  const vec4 b = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
  const vec4 c = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
  const vec4 d = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
  x[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  x[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  x[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  x[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}
