/*
 * What elementwise kernels that are written as C at run time (runtime/kernels/encode/native.ts) are made of: the
 * functions of runtime/arrays/expression.ts on a register, with the bits that runtime/kernels/encode/functions.ts gives,
 * and how points find their neighbours. Products and sums are not to be fused by the compiler.
 */
#pragma once
#include <string.h>
#include "complex.h"
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

/* The library fuses where WebAssembly's does: FUSED says whether the build with relaxed SIMD is used there. */
#if FUSED
INLINE vec fused(vec a, vec b, vec c) {
  vec sum;
  for (int lane = 0; lane < LANES; lane++) sum[lane] = __builtin_fmaf(a[lane], b[lane], c[lane]);
  return sum;
}
#define fma_vec fused
#endif
#undef EXPORT
#define EXPORT(name) static inline
#include "mathematics.c"

/* Kernels themselves are seen from outside. */
#define EXPORT_KERNEL __attribute__((visibility("default")))

#define ZERO ((vec){0})
#define ONE splat(1.0f)
#define SIGN ((int32_t)0x80000000)

INLINE word least(word a, word b) { return a < b ? a : b; }
INLINE vec only(ivec mask, vec a) { return (vec)(mask & (ivec)a); }
INLINE vec except(ivec mask, vec a) { return (vec)(~mask & (ivec)a); }
INLINE vec both(vec a, vec b) { return (vec)((ivec)a | (ivec)b); }
INLINE vec truth(ivec mask) { return only(mask, ONE); }
INLINE ivec holds(vec a) { return a != ZERO; }
INLINE vec undefinedness(vec a) { return (vec)(a != a); }
/* 1 with the sign of a; 0 at 0, and 1 or -1 at NaN. */
INLINE vec side(vec a) { return only(holds(a), both((vec)((ivec)a & SIGN), ONE)); }
/* Of a and b: b where b < a, or a < b; else a, NaN too. */
INLINE vec lesser(vec a, vec b) { return choose(b < a, b, a); }
INLINE vec greater(vec a, vec b) { return choose(a < b, b, a); }
INLINE vec root(vec a) {
  vec roots;
  for (int lane = 0; lane < LANES; lane++) roots[lane] = __builtin_sqrtf(a[lane]);
  return roots;
}
INLINE vec whole(vec a) {
  vec floors;
  for (int lane = 0; lane < LANES; lane++) floors[lane] = __builtin_floorf(a[lane]);
  return floors;
}

INLINE vec f_add(vec a, vec b) { return a + b; }
INLINE vec f_sub(vec a, vec b) { return a - b; }
INLINE vec f_mul(vec a, vec b) { return a * b; }
INLINE vec f_div(vec a, vec b) { return a / b; }
INLINE vec f_pow(vec a, vec b) { return power(a, b); }
INLINE vec f_neg(vec a) { return (vec)((ivec)a ^ SIGN); }
INLINE vec f_abs(vec a) { return absolute(a); }
INLINE vec f_conj(vec a) { return a; }
INLINE vec f_real(vec a) { return a; }
INLINE vec f_imag(vec a) { return (void)a, ZERO; }
INLINE vec f_phase(vec a) { return only(a < ZERO, splat(3.14159265358979324f)); }
INLINE vec f_sign(vec a) { return both(side(a), undefinedness(a)); }
INLINE vec f_exp(vec a) { return exponential(a); }
INLINE vec f_log(vec a) { return logarithm(a); }
INLINE vec f_sqrt(vec a) { return root(a); }
INLINE vec f_square(vec a) { return a * a; }
INLINE vec f_reciprocal(vec a) { return ONE / a; }
INLINE vec f_tanh(vec a) { return hyperbolic_tangent(a); }
INLINE vec f_sigmoid(vec a) { return logistic(a); }
INLINE vec f_softplus(vec a) { return softplus(a); }
INLINE vec f_erf(vec a) { return error_function(a); }
INLINE vec f_relu(vec a) { return except(a <= ZERO, a); }
INLINE vec f_positive(vec a) { return both(truth(a > ZERO), undefinedness(a)); }
INLINE vec f_floor(vec a) { return whole(a); }
/* NaN where either is, and of both zeros +0 the larger and -0 the smaller. */
INLINE vec f_max(vec a, vec b) {
  const vec same = (vec)((ivec)a & (ivec)b);
  return choose((a != a) | (b != b), a + b, choose(a > b, a, choose(a < b, b, same)));
}
INLINE vec f_min(vec a, vec b) {
  return choose((a != a) | (b != b), a + b, choose(a < b, a, choose(a > b, b, both(a, b))));
}
INLINE vec f_mod(vec a, vec b) { return a - b * whole(a / b); }
INLINE vec f_soft(vec a, vec b) {
  const vec excess = absolute(a) - b;
  return side(a) * except(excess <= ZERO, excess);
}
INLINE vec f_hard(vec a, vec b) { return only(absolute(a) > b, a); }
INLINE vec f_less(vec a, vec b) { return truth(a < b); }
INLINE vec f_lessEqual(vec a, vec b) { return truth(a <= b); }
INLINE vec f_equal(vec a, vec b) { return truth(a == b); }
INLINE vec f_and(vec a, vec b) { return truth(holds(a) & holds(b)); }
INLINE vec f_or(vec a, vec b) { return truth(holds(a) | holds(b)); }
INLINE vec f_not(vec a) { return truth(a == ZERO); }
INLINE vec f_select(vec a, vec b, vec c) { return choose(holds(a), b, c); }
INLINE vec f_pairNorm(vec a, vec b) { return root(a * a + b * b); }

/* Fewer instructions where an argument that is the same for a row is ordinary. */
INLINE int soft_is_ordinary(vec bound) { return bound[0] >= 0.0f; }
INLINE int max_is_ordinary(vec bound) { return bound[0] < 0.0f || bound[0] > 0.0f; }
INLINE int min_is_ordinary(vec bound) { return max_is_ordinary(bound); }
INLINE int div_is_ordinary(vec bound) {
  const float size = __builtin_fabsf(bound[0]);
  return size >= 0x1p-126f && size <= 0x1p126f;
}
INLINE vec prepared_div(vec bound) { return ONE / bound; }
INLINE vec ordinary_div(vec a, vec reciprocal) { return a * reciprocal; }
INLINE vec ordinary_soft(vec a, vec bound) { return a - lesser(greater(a, f_neg(bound)), bound); }
INLINE vec ordinary_max(vec a, vec bound) { return greater(a, bound); }
INLINE vec ordinary_min(vec a, vec bound) { return lesser(a, bound); }

INLINE vec at(const char *place) { return load((const float *)place); }
INLINE vec repeated(const char *place) { return splat(*(const float *)place); }
/* `count` pairs; what is read beyond them is in the register of the last. */
INLINE pairs pairs_at(const char *place, word count) {
  const float *from = (const float *)place;
  const vec a = load(from), b = 2 * count > LANES ? load(from + LANES) : a;
  return (pairs){__builtin_shufflevector(a, b, REAL_PARTS), __builtin_shufflevector(a, b, IMAGINARY_PARTS)};
}

INLINE void put(float *to, vec value, word count) {
  if (count >= LANES) return store(to, value);
#if defined(__AVX512F__)
  return _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)value);
#else
  float entries[LANES];
  memcpy(entries, &value, sizeof entries);
  const float *from = entries;
  for (word size = LANES / 2; size > 0; size /= 2) {
    if ((count & size) == 0) continue;
    memcpy(to, from, sizeof(float) * size);
    to += size;
    from += size;
  }
#endif
}
INLINE void put_pairs(float *to, vec re, vec im, word count) {
  put(to, __builtin_shufflevector(re, im, LOWER_PAIRS), 2 * count);
  if (2 * count > LANES) put(to + LANES, __builtin_shufflevector(re, im, UPPER_PAIRS), 2 * count - LANES);
}

/* How values are joined: see runtime/kernels/encode/ends.ts. */
#define PARTS (16 / LANES)
#define EACH_PART _Pragma("GCC unroll 4")
#define START_sum 0.0f
#define START_max (-__builtin_inff())
#define START_min __builtin_inff()
INLINE vec join_sum(vec a, vec b) { return a + b; }
INLINE vec join_max(vec a, vec b) { return f_max(a, b); }
INLINE vec join_min(vec a, vec b) { return f_min(a, b); }
/* The first `count` lanes, the others what nothing gives. */
INLINE vec first_of(vec value, word count, float start) {
  if (count >= LANES) return value;
  ivec lane;
  for (int k = 0; k < LANES; k++) lane[k] = k;
  return choose(lane < (int32_t)count, value, splat(start));
}
#define FOLD(by) \
  INLINE float fold_##by(const vec *parts) { \
    float all[16]; \
    EACH_PART for (int k = 0; k < PARTS; k++) { \
      const vec part = parts[k]; \
      memcpy(all + k * LANES, &part, sizeof part); \
    } \
    for (int apart = 8; apart > 0; apart /= 2) \
      for (int k = 0; k < apart; k++) all[k] = join_##by(splat(all[k]), splat(all[k + apart]))[0]; \
    return all[0]; \
  }
FOLD(sum)
FOLD(max)
FOLD(min)

/* How points that stand alike in a direction are placed there: see runtime/kernels/encode/stencil.ts. */
typedef struct { ptrdiff_t distance; int is_inside, has_next; } placed;
enum { NEUMANN, PERIODIC, ZERO_BEYOND };

INLINE placed placed_at(word index, word extent, word step, int boundary, int adjoint) {
  const int has_next = index < extent - 1, is_inside = adjoint ? index > 0 : has_next;
  const ptrdiff_t way = adjoint ? -(ptrdiff_t)(int32_t)step : (ptrdiff_t)(int32_t)step;
  const ptrdiff_t around = boundary == PERIODIC ? -way * (ptrdiff_t)(extent - 1) : 0;
  return (placed){is_inside ? way : around, is_inside, has_next};
}
/* Whether all points of a stretch have their neighbours, and count in full. */
INLINE int all_inside(placed side, int boundary, int adjoint) {
  if (boundary == PERIODIC) return 1;
  return side.is_inside && (!adjoint || boundary != NEUMANN || side.has_next);
}
/*
 * Points from `from` on that stand alike in their row; behind the first one only up to a whole register, so that the
 * others do not lie across cache lines.
 */
INLINE word stretch(word from, word entries, int boundary, int adjoint) {
  if (adjoint && from == 0) return 1;
  const int ends = !adjoint || boundary == NEUMANN;
  const word alike = ends && from < entries - 1 ? entries - 1 - from : entries - from;
  return from % LANES > 0 ? least(alike, LANES - from % LANES) : alike;
}
INLINE vec only_where(int condition, vec a) { return condition ? a : ZERO; }
/* The difference to the neighbour of points whose own value is `here`. */
INLINE vec difference(vec here, vec next, placed side, int boundary) {
  const vec neighbour = boundary == ZERO_BEYOND ? only_where(side.is_inside, next) : next;
  return boundary == NEUMANN ? only_where(side.has_next, neighbour - here) : neighbour - here;
}
/* The part of a direction in minus the divergence. */
INLINE vec convergence(vec here, vec behind, placed side, int boundary) {
  const vec before = boundary == PERIODIC ? behind : only_where(side.is_inside, behind);
  return before - (boundary == NEUMANN ? only_where(side.has_next, here) : here);
}
