/*
 * Updates of optimisers, one pass over an array, its gradient and what is remembered of it; the definitions stand in
 * runtime/engine/update.ts. Arguments of all of them:
 *   entries, entries of an item, then pairs of places (before, after) of the array and of each slot, the gradient's
 *   place, and the numbers.
 */
#include "kernel.h"

#define IN(k) (AT(const float, arena, arguments[2 + 2 * (k)]) + begin)
#define OUT(k) (AT(float, arena, arguments[3 + 2 * (k)]) + begin)
#define GRADIENT(arrays) (AT(const float, arena, arguments[2 + 2 * (arrays)]) + begin)
#define NUMBER(arrays, k) float_of(arguments[3 + 2 * (arrays) + (k)])
#define RANGE                                                    \
  const int size = (int)arguments[1], entries = (int)arguments[0]; \
  const int begin = first * size, count = min_int(last * size, entries) - begin

/* numbers: rate */
KERNEL(sgd) {
  RANGE;
  const float r = NUMBER(1, 0);
  const float *restrict x = IN(0), *restrict g = GRADIENT(1);
  float *restrict next = OUT(0);
  for (int i = 0; i < count; i++) next[i] = x[i] - r * g[i];
}

/* numbers: rate, momentum, 1 for the form of Nesterov */
KERNEL(momentum) {
  RANGE;
  const float r = NUMBER(2, 0), m = NUMBER(2, 1), nesterov = NUMBER(2, 2);
  const float *restrict x = IN(0), *restrict a = IN(1), *restrict g = GRADIENT(2);
  float *restrict next = OUT(0), *restrict sum = OUT(1);
  if (nesterov == 0) {
    for (int i = 0; i < count; i++) {
      const float s = m * a[i] + g[i];
      sum[i] = s;
      next[i] = x[i] - r * s;
    }
    return;
  }
  for (int i = 0; i < count; i++) {
    const float s = m * a[i] + g[i];
    sum[i] = s;
    next[i] = x[i] - r * (g[i] + m * s);
  }
}

/* numbers: rate, decay, 1 - decay, momentum, epsilon */
KERNEL(rmsprop) {
  RANGE;
  const float r = NUMBER(3, 0), d = NUMBER(3, 1), n = NUMBER(3, 2), m = NUMBER(3, 3), e = NUMBER(3, 4);
  const float *restrict x = IN(0), *restrict s = IN(1), *restrict a = IN(2), *restrict g = GRADIENT(3);
  float *restrict next = OUT(0), *restrict square = OUT(1), *restrict step = OUT(2);
  for (int i = 0; i < count; i++) {
    const float q = d * s[i] + n * (g[i] * g[i]);
    const float u = m * a[i] + r * g[i] / __builtin_sqrtf(q + e);
    square[i] = q;
    step[i] = u;
    next[i] = x[i] - u;
  }
}

/* as rmsprop, with the mean as the last slot */
KERNEL(rmsprop_centered) {
  RANGE;
  const float r = NUMBER(4, 0), d = NUMBER(4, 1), n = NUMBER(4, 2), m = NUMBER(4, 3), e = NUMBER(4, 4);
  const float *restrict x = IN(0), *restrict s = IN(1), *restrict a = IN(2), *restrict c = IN(3);
  const float *restrict g = GRADIENT(4);
  float *restrict next = OUT(0), *restrict square = OUT(1), *restrict step = OUT(2), *restrict mean = OUT(3);
  for (int i = 0; i < count; i++) {
    const float q = d * s[i] + n * (g[i] * g[i]), v = d * c[i] + n * g[i];
    const float u = m * a[i] + r * g[i] / __builtin_sqrtf(q - (v * v + e));
    square[i] = q;
    mean[i] = v;
    step[i] = u;
    next[i] = x[i] - u;
  }
}

/* numbers: rate, beta1, 1 - beta1, beta2, 1 - beta2, epsilon */
KERNEL(adam) {
  RANGE;
  const float r = NUMBER(3, 0), b = NUMBER(3, 1), n = NUMBER(3, 2);
  const float c = NUMBER(3, 3), p = NUMBER(3, 4), e = NUMBER(3, 5);
  const float *restrict x = IN(0), *restrict m = IN(1), *restrict v = IN(2), *restrict g = GRADIENT(3);
  float *restrict next = OUT(0), *restrict first_moment = OUT(1), *restrict second_moment = OUT(2);
  for (int i = 0; i < count; i++) {
    const float f = b * m[i] + n * g[i], s = c * v[i] + p * (g[i] * g[i]);
    first_moment[i] = f;
    second_moment[i] = s;
    next[i] = x[i] - r * f / (__builtin_sqrtf(s) + e);
  }
}
