/* Sums, largest and smallest entries and inner products over axes, and order statistics. */
#include "kernel.h"

enum kind { SUM, MAXIMUM, MINIMUM, DOT };

/* Sums are taken in blocks of so many entries, so that rounding errors do not grow with the length. */
#define BLOCK 4096
/* Rows shorter than that are joined several at once. */
#define SHORT 8
/* Columns that are swept together. */
#define WIDTH 1024
/* So many entries are joined without rows of totals, where rows are narrower than a register. */
#define NARROW 64
/* Narrow rows are joined to rows of at least so many registers; so much room a joined row needs at most. */
#define JOINED 8
#define ROOM (WIDTH + JOINED * LANES * LANES)

INLINE float start_of(int kind) {
  return kind == MAXIMUM ? -__builtin_inff() : kind == MINIMUM ? __builtin_inff() : 0.0f;
}

/* NaN wins over numbers. */
INLINE float join(int kind, float a, float b) {
  if (kind == MAXIMUM) return a > b || a != a ? a : b;
  if (kind == MINIMUM) return a < b || a != a ? a : b;
  return a + b;
}

INLINE vec join_vec(int kind, vec a, vec b) {
  if (kind != MAXIMUM && kind != MINIMUM) return a + b;
  const ivec first = (kind == MAXIMUM ? a > b : a < b) | (a != a);
  return (vec)((first & (ivec)a) | (~first & (ivec)b));
}

INLINE vec4 join4(int kind, vec4 a, vec4 b) {
  typedef int32_t ivec4 __attribute__((vector_size(16)));
  if (kind != MAXIMUM && kind != MINIMUM) return a + b;
  const ivec4 first = (kind == MAXIMUM ? a > b : a < b) | (a != a);
  return (vec4)((first & (ivec4)a) | (~first & (ivec4)b));
}

INLINE float entry(int kind, const float *x, const float *y) { return kind == DOT ? *x * *y : *x; }
INLINE vec4 entry4(int kind, const float *x, const float *y) {
  return kind == DOT ? load4(x) * load4(y) : load4(x);
}
INLINE vec entry_vec(int kind, const float *x, const float *y) {
  return kind == DOT ? load(x) * load(y) : load(x);
}

/* The entries of a stretch, joined: eight registers at once within a block. */
INLINE float joined(int kind, const float *x, const float *y, int entries) {
  vec total = splat(start_of(kind));
  int i = 0;
  while (entries - i >= 8 * LANES) {
    const int end = i + (min_int(entries - i, BLOCK) & ~(8 * LANES - 1));
    vec part[8];
    for (int k = 0; k < 8; k++) part[k] = splat(start_of(kind));
    for (; i < end; i += 8 * LANES)
      for (int k = 0; k < 8; k++)
        part[k] = join_vec(kind, part[k], entry_vec(kind, x + i + k * LANES, y + i + k * LANES));
    for (int k = 0; k < 4; k++) part[k] = join_vec(kind, part[k], part[k + 4]);
    total = join_vec(kind, total, join_vec(kind, join_vec(kind, part[0], part[2]), join_vec(kind, part[1], part[3])));
  }
  for (; i + LANES <= entries; i += LANES) total = join_vec(kind, total, entry_vec(kind, x + i, y + i));
  float result = start_of(kind);
  for (; i < entries; i++) result = join(kind, result, entry(kind, x + i, y + i));
  if (entries < LANES) return result;
  for (int k = 0; k < LANES; k++) result = join(kind, result, total[k]);
  return result;
}

/* Rows of a few entries, four at once; pairs by shuffles. */
INLINE void joined_short(int kind, float *result, const float *x, const float *y, int rows, int entries) {
  int row = 0;
  for (; row + 4 <= rows; row += 4, x += 4 * entries, y += 4 * entries) {
    vec4 total = splat4(start_of(kind));
    if (entries == 2) {
      const vec4 a = entry4(kind, x, y), b = entry4(kind, x + 4, y + 4);
      total = join4(kind, __builtin_shufflevector(a, b, 0, 2, 4, 6), __builtin_shufflevector(a, b, 1, 3, 5, 7));
    } else
      for (int i = 0; i < entries; i++) {
        const float *p = x + i, *q = y + i;
        const vec4 of_rows = {entry(kind, p, q), entry(kind, p + entries, q + entries),
                              entry(kind, p + 2 * entries, q + 2 * entries), entry(kind, p + 3 * entries, q + 3 * entries)};
        total = join4(kind, total, of_rows);
      }
    store4(result + row, total);
  }
  for (; row < rows; row++, x += entries, y += entries) {
    float total = start_of(kind);
    for (int i = 0; i < entries; i++) total = join(kind, total, entry(kind, x + i, y + i));
    result[row] = total;
  }
}

INLINE void rows_of(int kind, char *arena, const word *arguments, int first, int last) {
  const float *x = AT(float, arena, arguments[1]), *y = AT(float, arena, arguments[2]);
  float *result = AT(float, arena, arguments[3]);
  const int rows = (int)arguments[4], entries = (int)arguments[5], chunk = (int)arguments[6];
  const int chunks = (int)arguments[7], rows_of_item = (int)arguments[8];
  for (int item = first; item < last; item++) {
    const int from = item / chunks * rows_of_item, part = item % chunks * chunk;
    const int to = min_int(rows, from + rows_of_item), size = min_int(chunk, entries - part);
    if (entries < SHORT) {
      const size_t at = (size_t)from * (size_t)entries;
      joined_short(kind, result + from, x + at, y + at, to - from, entries);
      continue;
    }
    for (int row = from; row < to; row++) {
      const size_t at = (size_t)row * (size_t)entries + (size_t)part;
      result[row * chunks + item % chunks] = joined(kind, x + at, y + at, size);
    }
  }
}

/*
 * Rows [rows, entries] to [rows, chunks]. arguments: kind, x, y (of products of both), result, rows, entries, entries
 * of a chunk, chunks of a row, rows of an item (1 where there are chunks)
 */
KERNEL(reduce_rows) {
  switch (arguments[0]) {
  case SUM: return rows_of(SUM, arena, arguments, first, last);
  case MAXIMUM: return rows_of(MAXIMUM, arena, arguments, first, last);
  case MINIMUM: return rows_of(MINIMUM, arena, arguments, first, last);
  default: return rows_of(DOT, arena, arguments, first, last);
  }
}

/* Joins rows, which lie `stride` apart, to a row of totals; four rows at once. */
INLINE void sweep(int kind, float *total, const float *x, const float *y, int rows, int stride, int width) {
  const int whole = width & -LANES;
  int row = 0;
  for (; row + 4 <= rows; row += 4, x += 4 * stride, y += 4 * stride) {
    for (int i = 0; i < whole; i += LANES) {
      const float *p = x + i, *q = y + i;
      const vec a = join_vec(kind, entry_vec(kind, p, q), entry_vec(kind, p + stride, q + stride));
      const vec b = join_vec(kind, entry_vec(kind, p + 2 * stride, q + 2 * stride),
                             entry_vec(kind, p + 3 * stride, q + 3 * stride));
      store(total + i, join_vec(kind, load(total + i), join_vec(kind, a, b)));
    }
    for (int k = 0; k < LANES - 1 && whole + k < width; k++) {
      const float *p = x + whole + k, *q = y + whole + k;
      const float a = join(kind, entry(kind, p, q), entry(kind, p + stride, q + stride));
      const float b = join(kind, entry(kind, p + 2 * stride, q + 2 * stride),
                           entry(kind, p + 3 * stride, q + 3 * stride));
      total[whole + k] = join(kind, total[whole + k], join(kind, a, b));
    }
  }
  for (; row < rows; row++, x += stride, y += stride) {
    for (int i = 0; i < whole; i += LANES)
      store(total + i, join_vec(kind, load(total + i), entry_vec(kind, x + i, y + i)));
    for (int k = 0; k < LANES - 1 && whole + k < width; k++)
      total[whole + k] = join(kind, total[whole + k], entry(kind, x + whole + k, y + whole + k));
  }
}

/* How many narrow rows are taken as one, so that registers are full; 1 for others. */
INLINE int rows_together(int rows, int columns) {
  const int least = JOINED * LANES;
  if (columns >= least || rows <= LANES) return 1;
  return columns % LANES == 0 ? (least + columns - 1) / columns : LANES * ((JOINED + columns - 1) / columns);
}

/* A few narrow rows: column by column, or two rows of pairs, as of complex numbers, in a register. */
INLINE void joined_narrow(int kind, float *result, const float *x, const float *y, int rows, int columns) {
  if (columns == 2) {
    vec4 total = splat4(start_of(kind));
    int row = 0;
    for (; row + 2 <= rows; row += 2) total = join4(kind, total, entry4(kind, x + 2 * row, y + 2 * row));
    for (int k = 0; k < 2; k++) {
      const float both = join(kind, total[k], total[k + 2]);
      result[k] = row < rows ? join(kind, both, entry(kind, x + 2 * row + k, y + 2 * row + k)) : both;
    }
    return;
  }
  for (int column = 0; column < columns; column++) {
    float total = start_of(kind);
    for (int at = column; at < rows * columns; at += columns) total = join(kind, total, entry(kind, x + at, y + at));
    result[column] = total;
  }
}

INLINE void columns_of(int kind, char *arena, const word *arguments, int first, int last) {
  float *result = AT(float, arena, arguments[3]);
  const int outer = (int)arguments[4], rows = (int)arguments[5], columns = (int)arguments[6];
  const int chunk = (int)arguments[7], chunks = (int)arguments[8], outer_of_item = (int)arguments[9];
  const int blocks = (columns + WIDTH - 1) / WIDTH;
  float total[ROOM];
  for (int item = first; item < last; item++) {
    const int block = item % blocks * WIDTH, part = item / blocks % chunks * chunk;
    const int from = item / blocks / chunks * outer_of_item, to = min_int(outer, from + outer_of_item);
    const int width = min_int(WIDTH, columns - block), size = min_int(chunk, rows - part);
    const int together = rows_together(size, columns);
    if (columns < LANES && rows * columns <= NARROW) {
      for (int o = from; o < to; o++) {
        const size_t at = (size_t)o * (size_t)(rows * columns);
        joined_narrow(kind, result + (size_t)o * (size_t)columns, AT(float, arena, arguments[1]) + at,
                      AT(float, arena, arguments[2]) + at, rows, columns);
      }
      continue;
    }
    for (int o = from; o < to; o++) {
      const size_t at = ((size_t)o * (size_t)rows + (size_t)part) * (size_t)columns + (size_t)block;
      const float *x = AT(float, arena, arguments[1]) + at, *y = AT(float, arena, arguments[2]) + at;
      for (int i = 0; i < together * width; i++) total[i] = start_of(kind);
      for (int left = size, step = together; left > 0; step = 1) {
        const int taken = left / step;
        sweep(kind, total, x, y, taken, step * columns, step * width);
        left -= taken * step;
        x += (size_t)taken * (size_t)(step * columns);
        y += (size_t)taken * (size_t)(step * columns);
      }
      for (int k = 1; k < together; k++)
        for (int i = 0; i < columns; i++) total[i] = join(kind, total[i], total[k * columns + i]);
      float *row = result + ((size_t)o * (size_t)chunks + (size_t)(part / chunk)) * (size_t)columns + block;
      for (int i = 0; i < width; i++) row[i] = total[i];
    }
  }
}

/*
 * [outer, rows, columns] to [outer, chunks, columns]. arguments: kind, x, y (of products of both), result, outer, rows,
 * columns, rows of a chunk, chunks, outer indices of an item (1 where there are chunks or more than 1024 columns);
 * items by outer index, chunk, and block of 1024 columns
 */
KERNEL(reduce_columns) {
  switch (arguments[0]) {
  case SUM: return columns_of(SUM, arena, arguments, first, last);
  case MAXIMUM: return columns_of(MAXIMUM, arena, arguments, first, last);
  case MINIMUM: return columns_of(MINIMUM, arena, arguments, first, last);
  default: return columns_of(DOT, arena, arguments, first, last);
  }
}

/* A float as a word of the same order, -0 before 0 and NaN last. */
INLINE word ordered(word bits) {
  const word plain = (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : bits;
  return plain & 0x80000000u ? ~plain : plain | 0x80000000u;
}

/* The word of a given rank, from 0 for the smallest: digit by digit, by the numbers of entries of each digit. */
INLINE word of_rank(const word *row, int entries, int rank) {
  word prefix = 0;
  for (int shift = 24; shift >= 0; shift -= 8) {
    int counts[256];
    for (int digit = 0; digit < 256; digit++) counts[digit] = 0;
    for (int i = 0; i < entries; i++) {
      const word key = ordered(row[i]);
      if (shift == 24 || key >> (shift + 8) == prefix) counts[(key >> shift) & 255]++;
    }
    word digit = 0;
    for (; rank >= counts[digit]; digit++) rank -= counts[digit];
    prefix = prefix << 8 | digit;
  }
  return prefix & 0x80000000u ? prefix & 0x7fffffffu : ~prefix;
}

/* The k-th largest entry of each row. arguments: x, result, rows, entries, k, rows of an item */
KERNEL(kth_largest) {
  const word *x = AT(word, arena, arguments[0]);
  word *result = AT(word, arena, arguments[1]);
  const int rows = (int)arguments[2], entries = (int)arguments[3], k = (int)arguments[4];
  const int rows_of_item = (int)arguments[5], end = min_int(rows, last * rows_of_item);
  for (int row = first * rows_of_item; row < end; row++)
    result[row] = of_rank(x + (size_t)row * (size_t)entries, entries, entries - k);
}
