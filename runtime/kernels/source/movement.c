/* Copies of entries from one order to another. */
#include "transpose4.h"

/* The most axes beside those that a kernel treats itself. */
#define AXES 16

/* Where a walk over the rows of two arrays stands, in floats. */
struct walk {
  int axes;
  int index[AXES];
  const word *extents;
  const int32_t *to_strides, *from_strides;
  ptrdiff_t to, from;
};

/* Begins at a row. `axes` words follow each other: extents, the innermost first, strides of `to`, strides of `from`. */
INLINE void begin(struct walk *walk, const word *table, int axes, int row) {
  walk->axes = axes;
  walk->extents = table;
  walk->to_strides = (const int32_t *)table + axes;
  walk->from_strides = (const int32_t *)table + 2 * axes;
  walk->to = walk->from = 0;
  for (int axis = 0; axis < axes; axis++) {
    const int index = row % (int)table[axis];
    row /= (int)table[axis];
    walk->index[axis] = index;
    walk->to += (ptrdiff_t)index * walk->to_strides[axis];
    walk->from += (ptrdiff_t)index * walk->from_strides[axis];
  }
}

INLINE void advance(struct walk *walk) {
  for (int axis = 0; axis < walk->axes; axis++) {
    const int extent = (int)walk->extents[axis];
    walk->to += walk->to_strides[axis];
    walk->from += walk->from_strides[axis];
    if (++walk->index[axis] < extent) return;
    walk->index[axis] = 0;
    walk->to -= (ptrdiff_t)extent * walk->to_strides[axis];
    walk->from -= (ptrdiff_t)extent * walk->from_strides[axis];
  }
}

INLINE void copy_run(float *to, const float *from, int entries) {
  int i = 0;
  for (; i + 4 * LANES <= entries; i += 4 * LANES)
    for (int k = 0; k < 4; k++) store(to + i + k * LANES, load(from + i + k * LANES));
  for (; i + 4 <= entries; i += 4) store4(to + i, load4(from + i));
  for (; i < entries; i++) to[i] = from[i];
}

INLINE void copy_strided(float *to, const float *from, int entries, int to_stride, int from_stride) {
  int i = 0;
  if (to_stride == 1 && from_stride == 1) return copy_run(to, from, entries);
  if (to_stride == 1 && from_stride == 2)
    for (; i + 4 <= entries; i += 4)
      store4(to + i, __builtin_shufflevector(load4(from + 2 * i), load4(from + 2 * i + 4), 0, 2, 4, 6));
  for (; i < entries; i++) to[(ptrdiff_t)i * to_stride] = from[(ptrdiff_t)i * from_stride];
}

/*
 * Rows of entries at any strides. arguments: to, from, entries of a row, their strides in to and from, entries of a
 * tile, tiles of a row, rows, rows of an item (1 where there are tiles), axes of the rows, and their table; strides
 * are floats
 */
KERNEL(move_rows) {
  const int entries = (int)arguments[2], to_stride = (int)arguments[3], from_stride = (int)arguments[4];
  const int tile = (int)arguments[5], tiles = (int)arguments[6], rows = (int)arguments[7];
  const int rows_of_item = (int)arguments[8];
  for (int item = first; item < last; item++) {
    const int column = item % tiles * tile, size = min_int(tile, entries - column);
    const int row = item / tiles * rows_of_item, end = min_int(rows, row + rows_of_item);
    float *to = AT(float, arena, arguments[0]) + (ptrdiff_t)column * to_stride;
    const float *from = AT(float, arena, arguments[1]) + (ptrdiff_t)column * from_stride;
    struct walk walk;
    begin(&walk, arguments + 10, (int)arguments[9], row);
    for (int r = row; r < end; r++, advance(&walk))
      copy_strided(to + walk.to, from + walk.from, size, to_stride, from_stride);
  }
}

/* to[2i], to[2i + 1] = a[i], b[i] */
INLINE void interleave(float *to, const float *a, const float *b, int entries) {
  int i = 0;
  for (; i + 4 <= entries; i += 4) {
    const vec4 x = load4(a + i), y = load4(b + i);
    store4(to + 2 * i, __builtin_shufflevector(x, y, 0, 4, 1, 5));
    store4(to + 2 * i + 4, __builtin_shufflevector(x, y, 2, 6, 3, 7));
  }
  for (; i < entries; i++) {
    to[2 * i] = a[i];
    to[2 * i + 1] = b[i];
  }
}

/* a[i], b[i] = from[2i], from[2i + 1] */
INLINE void part_pairs(float *a, float *b, const float *from, int entries) {
  int i = 0;
  for (; i + 4 <= entries; i += 4) {
    const vec4 x = load4(from + 2 * i), y = load4(from + 2 * i + 4);
    store4(a + i, __builtin_shufflevector(x, y, 0, 2, 4, 6));
    store4(b + i, __builtin_shufflevector(x, y, 1, 3, 5, 7));
  }
  for (; i < entries; i++) {
    a[i] = from[2 * i];
    b[i] = from[2 * i + 1];
  }
}

/* Entries of a side of a block; so many lie in a cache line or two. */
#define BLOCK 32

/*
 * A block by way of a copy, whose rows do not compete for places in the cache as those of a matrix do whose width is a
 * power of 2.
 */
INLINE void transpose_block(float *to, const float *from, ptrdiff_t to_stride, ptrdiff_t from_stride) {
  float copy[BLOCK * BLOCK];
  for (int c = 0; c < BLOCK; c++)
    for (int r = 0; r < BLOCK; r += LANES) store(copy + c * BLOCK + r, load(from + c * from_stride + r));
  for (int r = 0; r < BLOCK; r += 4)
    for (int c = 0; c < BLOCK; c += 4) transpose4(to + r * to_stride + c, copy + c * BLOCK + r, to_stride, BLOCK);
}

INLINE void transpose_rest(float *to, const float *from, int rows, int columns, ptrdiff_t to_stride, ptrdiff_t from_stride) {
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    int c = 0;
    for (; c + 4 <= columns; c += 4)
      transpose4(to + r * to_stride + c, from + c * from_stride + r, to_stride, from_stride);
    for (; c < columns; c++)
      for (int k = 0; k < 4; k++) to[(r + k) * to_stride + c] = from[c * from_stride + r + k];
  }
  for (; r < rows; r++)
    for (int c = 0; c < columns; c++) to[r * to_stride + c] = from[c * from_stride + r];
}

INLINE void transpose_matrix(float *to, const float *from, int rows, int columns, ptrdiff_t to_stride, ptrdiff_t from_stride) {
  if (columns == 2 && to_stride == 2) return interleave(to, from, from + from_stride, rows);
  if (rows == 2 && from_stride == 2) return part_pairs(to, to + to_stride, from, columns);
  for (int r = 0; r < rows; r += BLOCK)
    for (int c = 0; c < columns; c += BLOCK) {
      float *target = to + r * to_stride + c;
      const float *source = from + c * from_stride + r;
      if (rows - r >= BLOCK && columns - c >= BLOCK) transpose_block(target, source, to_stride, from_stride);
      else transpose_rest(target, source, min_int(BLOCK, rows - r), min_int(BLOCK, columns - c), to_stride, from_stride);
    }
}

/*
 * Matrices: to[row * to_stride + column] = from[column * from_stride + row]. arguments: to, from, rows, columns,
 * to_stride, from_stride, rows and columns of a tile, tiles down and across, matrices, matrices of an item (1 where
 * there are tiles), axes of the matrices, and their table; strides are floats
 */
KERNEL(transpose) {
  const int rows = (int)arguments[2], columns = (int)arguments[3];
  const ptrdiff_t to_stride = (int32_t)arguments[4], from_stride = (int32_t)arguments[5];
  const int tile_rows = (int)arguments[6], tile_columns = (int)arguments[7];
  const int down = (int)arguments[8], across = (int)arguments[9];
  const int matrices = (int)arguments[10], of_item = (int)arguments[11];
  for (int item = first; item < last; item++) {
    const int column = item % across * tile_columns, row = item / across % down * tile_rows;
    const int begins = item / across / down * of_item, ends = min_int(matrices, begins + of_item);
    float *to = AT(float, arena, arguments[0]) + row * to_stride + column;
    const float *from = AT(float, arena, arguments[1]) + column * from_stride + row;
    struct walk walk;
    begin(&walk, arguments + 13, (int)arguments[12], begins);
    for (int matrix = begins; matrix < ends; matrix++, advance(&walk))
      transpose_matrix(to + walk.to, from + walk.from, min_int(tile_rows, rows - row),
                       min_int(tile_columns, columns - column), to_stride, from_stride);
  }
}

INLINE void swap_pairs(float *to, const float *from, int pairs) {
  int i = 0;
  for (; i + 2 <= pairs; i += 2) {
    const vec4 x = load4(from + 2 * i);
    store4(to + 2 * i, __builtin_shufflevector(x, x, 1, 0, 3, 2));
  }
  for (; i < pairs; i++) {
    const float kept = from[2 * i];
    to[2 * i] = from[2 * i + 1];
    to[2 * i + 1] = kept;
  }
}

/*
 * [outer, extent, inner] to [outer, count, inner] by a table of `count` indices. arguments: to, from, indices, outer,
 * extent, count, inner, and an even number: as many of the outer * count rows as an item has
 */
KERNEL(gather) {
  const word *indices = AT(word, arena, arguments[2]);
  const int outer = (int)arguments[3], extent = (int)arguments[4], count = (int)arguments[5];
  const int inner = (int)arguments[6], of_item = (int)arguments[7];
  const int ends = min_int(outer * count, last * of_item);
  int row = first * of_item;
  float *to = AT(float, arena, arguments[0]) + (ptrdiff_t)row * inner;
  const float *from = AT(float, arena, arguments[1]);
  if (inner == 1 && extent == 2 && count == 2 && indices[0] == 1 && indices[1] == 0)
    return swap_pairs(to, from + row, (ends - row) / 2);
  from += (ptrdiff_t)(row / count) * extent * inner;
  int index = row % count;
  while (row < ends) {
    const int stop = min_int(count, index + ends - row);
    row += stop - index;
    if (inner == 1) for (; index < stop; index++) *to++ = from[indices[index]];
    else for (; index < stop; index++, to += inner) copy_run(to, from + (ptrdiff_t)indices[index] * inner, inner);
    from += (ptrdiff_t)extent * inner;
    index = 0;
  }
}
