#include "complex.h"

/*
 * The X-ray transform by Joseph's method, and its transpose; see runtime/engine/arena/operations/pencils.ts. On row i of an image
 * line k of a pencil crosses at the place c(i) + h(i) m(k), and takes the linear interpolation of the pixels there. Lines
 * that are walked by columns see the transposed image. Nobody writes where another item does: forwards an item owns
 * lines, backwards rows.
 */

/* Lines of a pencil, at most, and rows of an item or of a tile. */
#define MOST_LINES 1024
#define TILE 8
/* Floats before and behind a row of a padded image. */
#define BEFORE 4
#define BEHIND 4

typedef int32_t ivec4 __attribute__((vector_size(16)));
typedef double pair_of_floats __attribute__((aligned(4), may_alias));
typedef double dvec2 __attribute__((vector_size(16)));

typedef struct {
  double rows, view, first, count, reach, gap, c0, c1, h0, h1, m0, m1, m2, m3, length, k0, k1, k2, k3, k4, k5, middle;
} pencil;

#if defined(__wasm__)
#include <wasm_simd128.h>
INLINE vec4 max4(vec4 a, vec4 b) { return (vec4)wasm_f32x4_pmax((v128_t)a, (v128_t)b); }
INLINE vec4 min4(vec4 a, vec4 b) { return (vec4)wasm_f32x4_pmin((v128_t)a, (v128_t)b); }
#elif defined(__SSE__)
INLINE vec4 max4(vec4 a, vec4 b) { return __builtin_ia32_maxps(a, b); }
INLINE vec4 min4(vec4 a, vec4 b) { return __builtin_ia32_minps(a, b); }
#else
INLINE vec4 max4(vec4 a, vec4 b) { const ivec4 m = a > b; return (vec4)((m & (ivec4)a) | (~m & (ivec4)b)); }
INLINE vec4 min4(vec4 a, vec4 b) { const ivec4 m = a < b; return (vec4)((m & (ivec4)a) | (~m & (ivec4)b)); }
#endif
INLINE vec4 clamp4(vec4 x, float low, float high) { return min4(max4(x, splat4(low)), splat4(high)); }
INLINE vec4 abs4(vec4 x) { return (vec4)((ivec4)x & 0x7fffffff); }

#if defined(__wasm_relaxed_simd__)
INLINE vec4 fma4(vec4 a, vec4 b, vec4 c) { return (vec4)__builtin_wasm_relaxed_madd_f32x4(a, b, c); }
#else
INLINE vec4 fma4(vec4 a, vec4 b, vec4 c) { return a * b + c; }
#endif

/* 3 * 2^22: what is added to it is rounded to a whole number, which stands in the last bits. */
#define ROUNDER 12582912.0f
#define ROUNDER_BITS 0x4b400000

/* A whole number in [x - 1, x], as a float; `at` is the same as integers. |x| < 2^22. */
INLINE vec4 below(vec4 x, ivec4 *at) {
  const vec4 sum = (x - 0.5f) + ROUNDER;
  *at = (ivec4)sum - ROUNDER_BITS;
  return sum - ROUNDER;
}

/* a[at], a[at + 1] for each lane */
INLINE void neighbours(const float *a, ivec4 at, vec4 *here, vec4 *next) {
  const dvec2 p = {*(const pair_of_floats *)(a + at[0]), *(const pair_of_floats *)(a + at[1])};
  const dvec2 q = {*(const pair_of_floats *)(a + at[2]), *(const pair_of_floats *)(a + at[3])};
  *here = __builtin_shufflevector((vec4)p, (vec4)q, 0, 2, 4, 6);
  *next = __builtin_shufflevector((vec4)p, (vec4)q, 1, 3, 5, 7);
}

/* m(k) - middle, k counted from the first line of the pencil: less, and so more exact in single precision */
INLINE double direction(const pencil *by, int k) {
  const double line = by->first + k;
  return (by->m0 + by->m1 * line) / (by->m2 + by->m3 * line) - by->middle;
}

/* c(i) + h(i) middle */
INLINE double start_of(const pencil *by, int i) {
  return by->c0 + by->c1 * i + (by->h0 + by->h1 * i) * by->middle;
}

INLINE float length_of(const pencil *by, double from_middle) {
  const double m = from_middle + by->middle;
  return by->length > 0 ? (float)by->length : (float)__builtin_sqrt(1 + m * m);
}

/* The lines that cross rows [i, j) of places (-1, width): as the corners of these rows see them. */
static void crossing(const pencil *by, int i, int j, int width, int *from, int *to) {
  double least = by->count, most = -1;
  for (int corner = 0; corner < 4; corner++) {
    const double row = corner & 1 ? j - 1 : i, place = corner & 2 ? width : -1;
    const double depth = by->k3 + by->k4 * row + by->k5 * place;
    const double k = (by->k0 + by->k1 * row + by->k2 * place) / depth - by->first;
    if (!(depth > 0)) { least = -1; most = by->count; break; }
    least = k < least ? k : least;
    most = k > most ? k : most;
  }
  *from = least < 1 ? 0 : (int)least - 1;
  *to = most > by->count - 3 ? (int)by->count : (int)most + 3;
}

/* sum[k] += what lines [from, to) take of rows [i, j); `image` is the place 0 of row 0 */
static void take_rows(const pencil *by, const float *image, int stride, int width, int i, int j, int from, int to,
                      const float *m, float *sum) {
  float c[TILE], h[TILE];
  for (int row = i; row < j; row++) {
    c[row - i] = (float)start_of(by, row);
    h[row - i] = (float)(by->h0 + by->h1 * row);
  }
  for (int k = from & ~3; k < to; k += 4) {
    const vec4 own = load4(m + k);
    vec4 total = load4(sum + k);
    for (int row = i; row < j; row++) {
      const vec4 place = clamp4(fma4(splat4(h[row - i]), own, splat4(c[row - i])), -1, (float)width);
      ivec4 at;
      const vec4 share = place - below(place, &at);
      vec4 here, next;
      neighbours(image + (size_t)row * (size_t)stride, at, &here, &next);
      total += fma4(share, next, fma4(-share, here, here));
    }
    store4(sum + k, total);
  }
}

/*
 * Images side by side, one for rows and, if it is wanted, one for columns, with zeros around their rows. arguments:
 * source, rows, columns, whether columns are wanted, height, width, floats of a row, floats of a column, blocks of an
 * image; items: blocks of 32 rows
 */
KERNEL(project_lay) {
  const float *x = AT(float, arena, arguments[0]);
  const int height = (int)arguments[4], width = (int)arguments[5];
  const size_t row = arguments[6], column = arguments[7];
  const int blocks = (int)arguments[8];
  for (int item = first; item < last; item++) {
    const size_t image = (size_t)(item / blocks);
    const int i = item % blocks * 32, j = min_int(height, i + 32);
    const float *from = x + image * (size_t)height * (size_t)width;
    float *rows = AT(float, arena, arguments[1]) + image * (size_t)height * row;
    for (int at = i; at < j; at++) {
      float *to = rows + (size_t)at * row;
      for (int p = 0; p < BEFORE; p++) to[p] = 0;
      for (int p = 0; p < width; p++) to[BEFORE + p] = from[(size_t)at * (size_t)width + (size_t)p];
      for (int p = BEFORE + width; p < (int)row; p++) to[p] = 0;
    }
    if (!arguments[3]) continue;
    float *columns = AT(float, arena, arguments[2]) + image * (size_t)width * column;
    for (int p = 0; p < width; p++) {
      float *to = columns + (size_t)p * column;
      if (i == 0)
        for (int at = 0; at < BEFORE; at++) to[at] = 0;
      for (int at = i; at < j; at++) to[BEFORE + at] = from[(size_t)at * (size_t)width + (size_t)p];
      if (j == height)
        for (int at = BEFORE + height; at < (int)column; at++) to[at] = 0;
    }
  }
}

/*
 * The lines of each pencil through each image. arguments: rows, columns (as project_lay leaves them), pencils, number of
 * pencils, target, height, width, floats of a row, floats of a column, views, cells; items: images by pencils
 */
KERNEL(project_forward) {
  const pencil *pencils = AT(pencil, arena, arguments[2]);
  const int count = (int)arguments[3], height = (int)arguments[5], width = (int)arguments[6];
  float m[MOST_LINES + 4], sum[MOST_LINES + 4];
  for (int item = first; item < last; item++) {
    const pencil *by = pencils + item % count;
    const size_t image = (size_t)(item / count);
    const int rows = by->rows != 0, lines = (int)by->count;
    const int extent = rows ? height : width, places = rows ? width : height;
    const int stride = (int)arguments[rows ? 7 : 8];
    const float *x = AT(float, arena, arguments[rows ? 0 : 1]) + image * (size_t)extent * (size_t)stride + BEFORE;
    for (int k = 0; k < lines + 4; k++) {
      m[k] = (float)direction(by, min_int(k, lines - 1));
      sum[k] = 0;
    }
    for (int i = 0; i < extent; i += TILE) {
      const int j = min_int(extent, i + TILE);
      int from, to;
      crossing(by, i, j, places, &from, &to);
      take_rows(by, x, stride, places, i, j, from, to, m, sum);
    }
    float *to = AT(float, arena, arguments[4]) +
                (image * arguments[9] + (size_t)by->view) * arguments[10] + (size_t)by->first;
    for (int k = 0; k < lines; k++) to[k] = sum[k] * length_of(by, m[k]);
  }
}

/* Whether lines are parallel and no nearer to each other than pixels, so that two at most are near a place. */
INLINE int is_sparse(const pencil *by) { return by->m3 == 0 && by->h1 == 0 && by->reach <= 1; }

/*
 * What each line carries, beside its m(k) where the lines are not sparse, with lines that carry nothing on both sides. arguments: source, pencils,
 * number of pencils, target, floats of a pencil, lines on each side, views, cells; items: images by pencils
 */
KERNEL(project_spread) {
  const int count = (int)arguments[2], side = (int)arguments[5];
  const size_t floats = arguments[4];
  for (int item = first; item < last; item++) {
    const pencil *by = AT(pencil, arena, arguments[1]) + item % count;
    const size_t image = (size_t)(item / count);
    const float *y = AT(float, arena, arguments[0]) +
                     (image * arguments[6] + (size_t)by->view) * arguments[7] + (size_t)by->first;
    float *to = AT(float, arena, arguments[3]) + (size_t)item * floats;
    const int lines = (int)by->count;
    if (is_sparse(by)) {
      const float length = length_of(by, 0);
      for (int k = -side; k < lines + side; k++) to[k + side] = k >= 0 && k < lines ? y[k] * length : 0;
      continue;
    }
    for (int k = -side; k < lines + side; k++) {
      const int inside = k >= 0 && k < lines;
      const float m = inside ? (float)direction(by, k) : 0;
      to[2 * (k + side)] = inside ? y[k] * length_of(by, m) : 0;
      to[2 * (k + side) + 1] = m;
    }
  }
}

/* to[p] += what the lines give to the places [0, width) of row i; `lines` is line 0, then its m(0), and so on */
static void give_row(const pencil *by, const float *lines, int width, int i, float *to) {
  const double c = start_of(by, i), h = by->h0 + by->h1 * i;
  const int last = (int)by->count - 1;
  const double one = c + h * lines[1], other = c + h * lines[2 * last + 1];
  const double least = one < other ? one : other, most = one < other ? other : one;
  if (!(most > -1 && least < width)) return;
  const int from = least < 2 ? 0 : (int)least - 1, end = most > width - 3 ? width : (int)most + 2;
  const double exact = 1 / (by->gap * (h < 0 ? -h : h));
  const int reach = exact < by->reach ? max_int(1, (int)(exact + 1 - 1e-5)) : (int)by->reach;
  const double depth = by->k3 + by->k4 * i, start = by->k0 + by->k1 * i - by->first * depth;
  const float k0 = (float)start, k2 = (float)(by->k2 - by->first * by->k5);
  const float d0 = (float)depth, d2 = (float)by->k5;
  const int turning = by->k5 != 0 || by->k4 != 0;
  for (int p = from & ~3; p < end; p += 4) {
    const vec4 place = (float)p + (vec4){0, 1, 2, 3};
    vec4 k = fma4(splat4(k2), place, splat4(k0));
    if (turning) k /= fma4(splat4(d2), place, splat4(d0));
    ivec4 at;
    below(clamp4(k, -1, (float)last + 1), &at);
    vec4 total = load4(to + p);
    const float *line = lines - 2 * (reach - 1);
    for (int tap = 0; tap < reach; tap++, line += 4) {
      vec4 four[4] = {load4(line + 2 * at[0]), load4(line + 2 * at[1]), load4(line + 2 * at[2]), load4(line + 2 * at[3])};
      transpose4(four);
      const vec4 away = abs4(place - fma4(splat4((float)h), four[1], splat4((float)c)));
      const vec4 next = abs4(place - fma4(splat4((float)h), four[3], splat4((float)c)));
      total = fma4(max4(1.0f - away, splat4(0)), four[0], total);
      total = fma4(max4(1.0f - next, splat4(0)), four[2], total);
    }
    store4(to + p, total);
  }
}

/* The same of sparse lines; `lines` is line 0, then line 1, and so on. A line at the distance d gives 1 - d. */
static void give_row_sparsely(const pencil *by, const float *lines, int width, int i, float *to) {
  const double start = by->k0 + by->k1 * i - by->first, ends[2] = {(-1 - start) / by->k2, (by->count - start) / by->k2};
  const double least = by->k2 > 0 ? ends[0] : ends[1], most = by->k2 > 0 ? ends[1] : ends[0];
  if (!(most > 0 && least < width)) return;
  const int from = least < 0 ? 0 : (int)least, end = most > width - 1 ? width : (int)most + 1;
  const float k0 = (float)start, k2 = (float)by->k2, apart = k2 < 0 ? -1 / k2 : 1 / k2, last = (float)by->count;
  for (int p = from & ~3; p < end; p += 4) {
    const vec4 place = (float)p + (vec4){0, 1, 2, 3};
    const vec4 k = clamp4(fma4(splat4(k2), place, splat4(k0)), -1, last);
    ivec4 at;
    const vec4 away = (k - below(k, &at)) * apart;
    vec4 here, next;
    neighbours(lines, at, &here, &next);
    const vec4 total = fma4(max4(1.0f - away, splat4(0)), here, load4(to + p));
    store4(to + p, fma4(max4(1.0f - apart + away, splat4(0)), next, total));
  }
}

/*
 * Rows of the transposed transform, those that are walked by rows and by columns apart. arguments: lines (as
 * project_spread leaves them), floats of a pencil, lines on each side, pencils, number of pencils, rows, columns,
 * height, width, floats of a row, floats of a column, tiles of rows, tiles of columns; items: images by tiles
 */
KERNEL(project_backward) {
  const int side = (int)arguments[2], count = (int)arguments[4];
  const size_t floats = arguments[1];
  const int height = (int)arguments[7], width = (int)arguments[8];
  const int tiles = (int)arguments[11], all = tiles + (int)arguments[12];
  for (int item = first; item < last; item++) {
    const size_t image = (size_t)(item / all);
    const int rows = item % all < tiles;
    const int i = (rows ? item % all : item % all - tiles) * TILE;
    const int extent = rows ? height : width, places = rows ? width : height, j = min_int(extent, i + TILE);
    const size_t stride = arguments[rows ? 9 : 10];
    float *to = AT(float, arena, arguments[rows ? 5 : 6]) + (image * (size_t)extent + (size_t)i) * stride;
    for (size_t p = 0; p < (size_t)(j - i) * stride; p++) to[p] = 0;
    for (int which = 0; which < count; which++) {
      const pencil *by = AT(pencil, arena, arguments[3]) + which;
      if ((by->rows != 0) != rows) continue;
      const float *lines = AT(float, arena, arguments[0]) + (image * (size_t)count + (size_t)which) * floats;
      if (is_sparse(by))
        for (int row = i; row < j; row++)
          give_row_sparsely(by, lines + side, places, row, to + (size_t)(row - i) * stride);
      else
        for (int row = i; row < j; row++)
          give_row(by, lines + 2 * side, places, row, to + (size_t)(row - i) * stride);
    }
  }
}

/*
 * What the rows and the columns hold together. arguments: rows, columns, whether there are columns, target, height,
 * width, floats of a row, floats of a column, blocks of an image; items: blocks of 32 rows
 */
KERNEL(project_join) {
  const int height = (int)arguments[4], width = (int)arguments[5], blocks = (int)arguments[8];
  const size_t row = arguments[6], column = arguments[7];
  for (int item = first; item < last; item++) {
    const size_t image = (size_t)(item / blocks);
    const int i = item % blocks * 32, j = min_int(height, i + 32);
    const float *rows = AT(float, arena, arguments[0]) + image * (size_t)height * row;
    const float *columns = AT(float, arena, arguments[1]) + image * (size_t)width * column;
    float *to = AT(float, arena, arguments[3]) + image * (size_t)height * (size_t)width;
    for (int at = i; at < j; at++)
      for (int p = 0; p < width; p++) to[(size_t)at * (size_t)width + (size_t)p] = rows[(size_t)at * row + (size_t)p];
    if (!arguments[2]) continue;
    for (int p = 0; p < width; p++)
      for (int at = i; at < j; at++)
        to[(size_t)at * (size_t)width + (size_t)p] += columns[(size_t)p * column + (size_t)at];
  }
}
