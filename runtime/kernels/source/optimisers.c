/*
 * Updates of optimisers, one pass over an array, its gradient and what is remembered of it; the definitions stand in
 * runtime/engine/update.ts. Arguments of all of them:
 *   entries, entries of an item, then pairs of places (before, after) of the array and of each slot, and the places of
 *   the gradient and of the numbers.
 * After may be the same array as before: entries are updated one by one.
 */
#include "kernel.h"

#if defined(__clang__)
#define ONE_BY_ONE _Pragma("clang loop vectorize(assume_safety)")
#else
#define ONE_BY_ONE _Pragma("GCC ivdep")
#endif

#define IN(k) (AT(const float, arena, arguments[2 + 2 * (k)]) + begin)
#define OUT(k) (AT(float, arena, arguments[3 + 2 * (k)]) + begin)
#define GRADIENT(arrays) (AT(const float, arena, arguments[2 + 2 * (arrays)]) + begin)
#define NUMBER(arrays, k) AT(const float, arena, arguments[3 + 2 * (arrays)])[k]
#define RANGE                                                    \
  const int size = (int)arguments[1], entries = (int)arguments[0]; \
  const int begin = first * size, count = min_int(last * size, entries) - begin

/* numbers: rate */
KERNEL(sgd) {
  RANGE;
  const float r = NUMBER(1, 0);
  const float *x = IN(0), *g = GRADIENT(1);
  float *next = OUT(0);
  ONE_BY_ONE
  for (int i = 0; i < count; i++) next[i] = x[i] - r * g[i];
}

/* numbers: rate, momentum, 1 for the form of Nesterov */
KERNEL(momentum) {
  RANGE;
  const float r = NUMBER(2, 0), m = NUMBER(2, 1), nesterov = NUMBER(2, 2);
  const float *x = IN(0), *a = IN(1), *g = GRADIENT(2);
  float *next = OUT(0), *sum = OUT(1);
  if (nesterov == 0) {
    ONE_BY_ONE
    for (int i = 0; i < count; i++) {
      const float s = m * a[i] + g[i];
      sum[i] = s;
      next[i] = x[i] - r * s;
    }
    return;
  }
  ONE_BY_ONE
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
  const float *x = IN(0), *s = IN(1), *a = IN(2), *g = GRADIENT(3);
  float *next = OUT(0), *square = OUT(1), *step = OUT(2);
  ONE_BY_ONE
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
  const float *x = IN(0), *s = IN(1), *a = IN(2), *c = IN(3);
  const float *g = GRADIENT(4);
  float *next = OUT(0), *square = OUT(1), *step = OUT(2), *mean = OUT(3);
  ONE_BY_ONE
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
  const float *x = IN(0), *m = IN(1), *v = IN(2), *g = GRADIENT(3);
  float *next = OUT(0), *first_moment = OUT(1), *second_moment = OUT(2);
  ONE_BY_ONE
  for (int i = 0; i < count; i++) {
    const float f = b * m[i] + n * g[i], s = c * v[i] + p * (g[i] * g[i]);
    first_moment[i] = f;
    second_moment[i] = s;
    next[i] = x[i] - r * f / (__builtin_sqrtf(s) + e);
  }
}
