/* Products of sparse matrices with an axis of arrays. */
#include "transpose4.h"

/* Lines that are multiplied together, a line in a lane. */
#define LINES 16
#define VECTORS (LINES / LANES)
/* So many floats of lines stand side by side; longer lines are multiplied one by one. */
#define ROOM 65536
/* Registers of a row that are summed at once: as many as leave room for a weight and what is read. */
#define ABREAST (LANES == 4 ? 8 : 4)
/* Entries of a row whose places are found once for all of it. */
#define PLACED 64

/* A matrix by its rows: those of row r are the entries from starts[r] to starts[r + 1]. */
typedef struct {
  const float *starts, *columns, *values;
} sparse;

/* A whole number below NEAR that is kept as a float, by its bits: converting takes longer. */
#define NEAR 0x800000
INLINE int near_whole(float number) {
  const union { float value; int32_t bits; } as = {number + 0x1p23f};
  return as.bits & (NEAR - 1);
}

INLINE ptrdiff_t column_of(const sparse *by, int entry, int is_near) {
  return is_near ? near_whole(by->columns[entry]) : (int)by->columns[entry];
}

/* The entries [begin, end) of a row, in whole registers, from the entries [first, last) of the matrix. */
static void sum_wide(float *target, const float *from, const sparse *by, int inner, int begin, int end, int first,
                     int last) {
  ptrdiff_t places[PLACED];
  int next = first;
  do {
    const int count = min_int(PLACED, last - next), fresh = next == first;
    const float *values = by->values + next;
    for (int e = 0; e < count; e++) places[e] = column_of(by, next + e, 0) * inner;
    for (int i = begin; i < end; i += ABREAST * LANES) {
      vec sums[ABREAST];
      for (int v = 0; v < ABREAST; v++) sums[v] = fresh ? splat(0) : load(target + i + v * LANES);
      for (int e = 0; e < count; e++) {
        const vec weight = splat(values[e]);
        const float *x = from + places[e] + i;
        for (int v = 0; v < ABREAST; v++) sums[v] = fma_vec(weight, load(x + v * LANES), sums[v]);
      }
      for (int v = 0; v < ABREAST; v++) store(target + i + v * LANES, sums[v]);
    }
    next += count;
  } while (next < last);
}

/* to[rows][inner] from lines of `inner` entries: weighted sums of what lies behind the columns. */
static void sum_rows(float *to, const float *from, const sparse *by, int n, int inner, int begin, int end, int rows[2]) {
  const int is_near = n <= NEAR;
  for (int row = rows[0]; row < rows[1]; row++) {
    const int first = (int)by->starts[row], last = (int)by->starts[row + 1];
    float *target = to + (ptrdiff_t)row * inner;
    const int wide = begin + (end - begin) / (ABREAST * LANES) * (ABREAST * LANES);
    if (wide > begin) sum_wide(target, from, by, inner, begin, wide, first, last);
    int i = wide;
    for (; i + 4 <= end; i += 4) {
      vec4 sum = splat4(0);
      for (int e = first; e < last; e++)
        sum += splat4(by->values[e]) * load4(from + column_of(by, e, is_near) * inner + i);
      store4(target + i, sum);
    }
    for (; i < end; i++) {
      float sum = 0;
      for (int e = first; e < last; e++) sum += by->values[e] * from[column_of(by, e, is_near) * inner + i];
      target[i] = sum;
    }
  }
}

/* Some lines side by side, [n][LINES]; lanes without a line are 0. Entries of line l are `inner` floats apart. */
INLINE void lay_lines(float *side, const float *from, int line, int lines, int n, int inner) {
  int l = 0;
  for (; inner == 1 && l + 4 <= lines; l += 4) {
    const float *own = from + (ptrdiff_t)(line + l) * n;
    int j = 0;
    for (; j + 4 <= n; j += 4) transpose4(side + j * LINES + l, own + j, LINES, n);
    for (; j < n; j++)
      for (int k = 0; k < 4; k++) side[j * LINES + l + k] = own[(ptrdiff_t)k * n + j];
  }
  for (; l < LINES; l++) {
    const float *own = from + (ptrdiff_t)((line + l) / inner) * n * inner + (line + l) % inner;
    for (int j = 0; j < n; j++) side[j * LINES + l] = l < lines ? own[(ptrdiff_t)j * inner] : 0;
  }
}

/* Rows [row, row + count) of the products of some lines, count at most 4. */
INLINE void put_lines(float *to, const float sums[4 * LINES], int line, int lines, int m, int inner, int row, int count) {
  int l = 0;
  for (; inner == 1 && count == 4 && l + 4 <= lines; l += 4)
    transpose4(to + (ptrdiff_t)(line + l) * m + row, sums + l, m, LINES);
  for (; l < lines; l++) {
    float *own = to + (ptrdiff_t)((line + l) / inner) * m * inner + (line + l) % inner;
    for (int k = 0; k < count; k++) own[(ptrdiff_t)(row + k) * inner] = sums[k * LINES + l];
  }
}

static void sum_lines(float *to, const float *from, const sparse *by, int line, int lines, int m, int n, int inner) {
  float side[ROOM];
  lay_lines(side, from, line, lines, n, inner);
  for (int row = 0; row < m; row += 4) {
    const int count = min_int(4, m - row);
    float sums[4 * LINES];
    for (int k = 0; k < count; k++) {
      const int last = (int)by->starts[row + k + 1];
      vec sum[VECTORS];
      for (int v = 0; v < VECTORS; v++) sum[v] = splat(0);
      for (int e = (int)by->starts[row + k]; e < last; e++) {
        const vec weight = splat(by->values[e]);
        const float *x = side + near_whole(by->columns[e]) * LINES;
        for (int v = 0; v < VECTORS; v++) sum[v] = fma_vec(weight, load(x + v * LANES), sum[v]);
      }
      for (int v = 0; v < VECTORS; v++) store(sums + k * LINES + v * LANES, sum[v]);
    }
    put_lines(to, sums, line, lines, m, inner, row, count);
  }
}

/*
 * [outer, n, inner] to [outer, m, inner]. arguments: to, from, starts, columns, values, outer, m, n, inner, entries of
 * a tile of `inner`, tiles of it, rows of a part of m, parts of it; or, with no rows of a part, outer * inner lines in
 * items of `tile` lines.
 */
KERNEL(sparse_product) {
  float *to = AT(float, arena, arguments[0]);
  const float *from = AT(float, arena, arguments[1]);
  const sparse by = {AT(float, arena, arguments[2]), AT(float, arena, arguments[3]), AT(float, arena, arguments[4])};
  const int outer = (int)arguments[5], m = (int)arguments[6], n = (int)arguments[7], inner = (int)arguments[8];
  const int tile = (int)arguments[9], tiles = (int)arguments[10], part = (int)arguments[11], parts = (int)arguments[12];
  if (part == 0) {
    const int end = min_int(outer * inner, last * tile);
    for (int line = first * tile; line < end; line += LINES)
      sum_lines(to, from, &by, line, min_int(LINES, end - line), m, n, inner);
    return;
  }
  for (int item = first; item < last; item++) {
    const int begin = item % tiles * tile, row = item / tiles % parts * part, o = item / tiles / parts;
    int rows[2] = {row, min_int(m, row + part)};
    sum_rows(to + (ptrdiff_t)o * m * inner, from + (ptrdiff_t)o * n * inner, &by, n, inner, begin,
             min_int(inner, begin + tile), rows);
  }
}
