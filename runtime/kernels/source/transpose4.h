/* Transposition of 4 x 4 floats. */
#pragma once
#include "kernel.h"

/* to[4 rows][4 columns] = from[4 columns][4 rows] */
INLINE void transpose4(float *to, const float *from, ptrdiff_t to_stride, ptrdiff_t from_stride) {
  const vec4 a = load4(from), b = load4(from + from_stride);
  const vec4 c = load4(from + 2 * from_stride), d = load4(from + 3 * from_stride);
  const vec4 ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const vec4 cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  store4(to, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
  store4(to + to_stride, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
  store4(to + 2 * to_stride, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
  store4(to + 3 * to_stride, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}
