/* Rows of arrays by indices that are numbers themselves. */
#include "kernel.h"

/* The place of an index below `extent`; one outside, or no number, stands for the nearest inside. */
INLINE int placed(float index, int extent) {
  if (!(index > 0)) return 0;
  return index >= (float)(extent - 1) ? extent - 1 : (int)index;
}

INLINE void copy_row(float *to, const float *from, int entries) {
  int i = 0;
  for (; i + 4 <= entries; i += 4) store4(to + i, load4(from + i));
  for (; i < entries; i++) to[i] = from[i];
}

INLINE void add_row(float *to, const float *from, int entries) {
  int i = 0;
  for (; i + 4 <= entries; i += 4) store4(to + i, load4(to + i) + load4(from + i));
  for (; i < entries; i++) to[i] += from[i];
}

/*
 * [s, m, r] to [samples, b, r] by indices [t, b]. arguments: to, from, indices, s, t, m, b, r, rows of an item, and
 * samples * b, the number of rows
 */
KERNEL(take_rows) {
  const int s = (int)arguments[3], t = (int)arguments[4], m = (int)arguments[5], b = (int)arguments[6];
  const int r = (int)arguments[7], of_item = (int)arguments[8], rows = (int)arguments[9];
  const float *indices = AT(float, arena, arguments[2]), *from = AT(float, arena, arguments[1]);
  float *to = AT(float, arena, arguments[0]);
  const int ends = min_int(rows, last * of_item);
  for (int row = first * of_item; row < ends; row++) {
    const int sample = row / b, column = row % b;
    const int index = placed(indices[t == 1 ? column : row], m);
    const ptrdiff_t source = (s == 1 ? 0 : (ptrdiff_t)sample * m) + index;
    copy_row(to + (ptrdiff_t)row * r, from + source * r, r);
  }
}

/*
 * [s, b, r] summed onto [samples, m, r] by indices [t, b]. arguments: to, from, indices, s, t, m, b, r, entries of a
 * tile, tiles of a row. Items are the tiles of each sample.
 */
KERNEL(add_rows) {
  const int s = (int)arguments[3], t = (int)arguments[4], m = (int)arguments[5], b = (int)arguments[6];
  const int r = (int)arguments[7], tile = (int)arguments[8], tiles = (int)arguments[9];
  const float *indices = AT(float, arena, arguments[2]), *from = AT(float, arena, arguments[1]);
  float *to = AT(float, arena, arguments[0]);
  for (int item = first; item < last; item++) {
    const int sample = item / tiles, begins = item % tiles * tile, entries = min_int(tile, r - begins);
    float *target = to + (ptrdiff_t)sample * m * r + begins;
    const float *source = from + (s == 1 ? 0 : (ptrdiff_t)sample * b * r) + begins;
    const float *places = indices + (t == 1 ? 0 : (ptrdiff_t)sample * b);
    for (int row = 0; row < m; row++)
      for (int i = 0; i < entries; i++) target[(ptrdiff_t)row * r + i] = 0;
    for (int row = 0; row < b; row++)
      add_row(target + (ptrdiff_t)placed(places[row], m) * r, source + (ptrdiff_t)row * r, entries);
  }
}
