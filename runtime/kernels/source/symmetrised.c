/* The symmetric part of the forward differences of vector fields in the plane, and its adjoint, in one sweep. */
#include "kernel.h"

#define NEUMANN 0
#define PERIODIC 1
#define HALF_ROOT 0.70710678118654752f

/* A field [rows, columns, 2, inner], or the symmetric matrices of its points, [rows, columns, 3, inner]. */
typedef struct {
  int boundary, rows, columns, inner;
} plane;

/* Where the entry beyond the last of an axis lies: that entry again, the first one, or nowhere (null). */
INLINE const float *beyond(int boundary, const float *own, const float *first) {
  return boundary == NEUMANN ? own : boundary == PERIODIC ? first : NULL;
}

INLINE float entry(const float *from, int at) { return from ? from[at] : 0; }

/* e = the matrix of a point with field v, whose neighbours on both axes have the fields `down` and `right`. */
INLINE void matrix_of(float *e, const float *v, const float *down, const float *right, int inner) {
  for (int c = 0; c < inner; c++) {
    e[c] = entry(down, c) - v[c];
    e[inner + c] = entry(right, inner + c) - v[inner + c];
    e[2 * inner + c] = HALF_ROOT * ((entry(down, inner + c) - v[inner + c]) + (entry(right, c) - v[c]));
  }
}

/* v = the field of a point with matrix e, from those behind it; null where there is none, or e does not count. */
INLINE void field_of(float *v, const float *up, const float *left, const float *across, const float *along, int inner) {
  for (int c = 0; c < inner; c++) {
    const int second = inner + c, mixed = 2 * inner + c;
    v[c] = (entry(up, c) - entry(across, c)) + HALF_ROOT * (entry(left, mixed) - entry(along, mixed));
    v[second] = (entry(left, second) - entry(along, second)) + HALF_ROOT * (entry(up, mixed) - entry(across, mixed));
  }
}

INLINE void symmetrised_row(const plane *of, float *e, const float *v, int row) {
  const int inner = of->inner, columns = of->columns, length = 2 * inner * columns;
  const float *down = row < of->rows - 1 ? v + length : beyond(of->boundary, v, v - (ptrdiff_t)row * length);
  int j = 0;
  if (inner == 1 && down) {
    for (; j + 4 < columns; j += 4) {
      const vec4 a = load4(v + 2 * j), b = load4(v + 2 * j + 4);
      const vec4 p = load4(down + 2 * j) - a, q = load4(down + 2 * j + 4) - b;
      const vec4 r = load4(v + 2 * j + 2) - a, s = load4(v + 2 * j + 6) - b;
      const vec4 first = __builtin_shufflevector(p, q, 0, 2, 4, 6), second = __builtin_shufflevector(r, s, 1, 3, 5, 7);
      const vec4 mixed = splat4(HALF_ROOT) * (__builtin_shufflevector(p, q, 1, 3, 5, 7) +
                                              __builtin_shufflevector(r, s, 0, 2, 4, 6));
      const vec4 low = __builtin_shufflevector(first, second, 0, 4, 1, 5);
      const vec4 high = __builtin_shufflevector(first, second, 2, 6, 3, 7);
      store4(e + 3 * j, __builtin_shufflevector(low, mixed, 0, 1, 4, 2));
      store4(e + 3 * j + 4, __builtin_shufflevector(__builtin_shufflevector(low, mixed, 3, 5, 3, 5), high, 0, 1, 4, 5));
      store4(e + 3 * j + 8, __builtin_shufflevector(mixed, high, 2, 6, 7, 3));
    }
  }
  for (; j < columns; j++) {
    const float *own = v + 2 * inner * j;
    const float *right = j < columns - 1 ? own + 2 * inner : beyond(of->boundary, own, v);
    matrix_of(e + 3 * inner * j, own, down ? down + 2 * inner * j : NULL, right, inner);
  }
}

/* Four numbers, a component of four matrices that stand in three registers. */
#define FIRSTS(x) __builtin_shufflevector(__builtin_shufflevector(x[0], x[1], 0, 3, 6, 6), x[2], 0, 1, 2, 5)
#define SECONDS(x) __builtin_shufflevector(__builtin_shufflevector(x[0], x[1], 1, 4, 7, 7), x[2], 0, 1, 2, 6)
#define MIXED(x) __builtin_shufflevector(__builtin_shufflevector(x[0], x[1], 2, 5, 5, 5), x[2], 0, 1, 4, 7)

INLINE void adjoint_row(const plane *of, float *v, const float *e, int row) {
  const int inner = of->inner, columns = of->columns, length = 3 * inner * columns;
  const int ends = of->boundary == NEUMANN && row == of->rows - 1;
  const float *around = of->boundary == PERIODIC ? e + (ptrdiff_t)(of->rows - 1) * length : NULL;
  const float *up = row > 0 ? e - length : around;
  for (int j = 0; j < columns; j++) {
    if (inner == 1 && up && !ends && j > 0)
      for (; j + 4 < columns; j += 4) {
        vec4 across[3], along[3];
        for (int k = 0; k < 3; k++) {
          const vec4 own = load4(e + 3 * j + 4 * k);
          across[k] = load4(up + 3 * j + 4 * k) - own;
          along[k] = load4(e + 3 * j - 3 + 4 * k) - own;
        }
        const vec4 first = FIRSTS(across) + splat4(HALF_ROOT) * MIXED(along);
        const vec4 second = SECONDS(along) + splat4(HALF_ROOT) * MIXED(across);
        store4(v + 2 * j, __builtin_shufflevector(first, second, 0, 4, 1, 5));
        store4(v + 2 * j + 4, __builtin_shufflevector(first, second, 2, 6, 3, 7));
      }
    const float *own = e + 3 * inner * j, *last = e + 3 * inner * (columns - 1);
    const float *left = j > 0 ? own - 3 * inner : of->boundary == PERIODIC ? last : NULL;
    const int stops = of->boundary == NEUMANN && j == columns - 1;
    field_of(v + 2 * inner * j, up ? up + 3 * inner * j : NULL, left, ends ? NULL : own, stops ? NULL : own, inner);
  }
}

/*
 * arguments: source, target, adjoint, samples, rows, columns, floats of a component, boundary (0 neumann, 1 periodic,
 * 2 zero), rows of an item; items by rows of all samples
 */
KERNEL(symmetrised) {
  const plane of = {(int)arguments[7], (int)arguments[4], (int)arguments[5], (int)arguments[6]};
  const int each = (int)arguments[8], end = min_int((int)arguments[3] * of.rows, last * each);
  const ptrdiff_t point = (ptrdiff_t)of.columns * of.inner;
  const float *from = AT(float, arena, arguments[0]);
  float *to = AT(float, arena, arguments[1]);
  for (int at = first * each; at < end; at++) {
    if (arguments[2]) adjoint_row(&of, to + 2 * point * at, from + 3 * point * at, at % of.rows);
    else symmetrised_row(&of, to + 3 * point * at, from + 2 * point * at, at % of.rows);
  }
}
