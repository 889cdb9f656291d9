/* Overlapping patches of images, added where they lie. */
#include "transpose4.h"

/* Patches [size, size, deep, down, across, pair] of images [rows, columns, deep, pair], `stride` apart. */
typedef struct {
  int size, stride, deep, down, across, pair;
} patches;

/* Four neighbouring entries of each patch of a row of patches, whose rows lie `apart`, added to a row of pixels. */
INLINE void add_four(float *to, const float *from, ptrdiff_t apart, int across, int stride) {
  int patch = 0;
  for (; patch + 4 <= across; patch += 4, to += 4 * stride) {
    float entries[16];
    transpose4(entries, from + patch, 4, apart);
    for (int k = 0; k < 4; k++) store4(to + k * stride, load4(to + k * stride) + load4(entries + 4 * k));
  }
  for (; patch < across; patch++, to += stride)
    for (int q = 0; q < 4; q++) to[q] += from[q * apart + patch];
}

/* The same of one entry of each patch, of `deep` times `pair` numbers. */
INLINE void add_entry(float *to, const float *from, ptrdiff_t apart, const patches *of) {
  const ptrdiff_t step = (ptrdiff_t)of->stride * of->deep * of->pair;
  for (int d = 0; d < of->deep; d++, from += apart)
    for (int c = 0; c < of->pair; c++) {
      float *own = to + d * of->pair + c;
      for (int patch = 0; patch < of->across; patch++, own += step) *own += from[patch * of->pair + c];
    }
}

/*
 * [samples, size, size, deep, down, across, pair] to [samples, rows, columns, deep, pair]. arguments: to, from, samples,
 * rows, columns, size, stride, deep, down, across, pair, rows of an item; items by rows of all samples.
 */
KERNEL(add_patches) {
  const int rows = (int)arguments[3], columns = (int)arguments[4], of_item = (int)arguments[11];
  const patches of = {(int)arguments[5], (int)arguments[6], (int)arguments[7],
                      (int)arguments[8], (int)arguments[9], (int)arguments[10]};
  const int end = min_int((int)arguments[2] * rows, last * of_item), length = columns * of.deep * of.pair;
  const ptrdiff_t apart = (ptrdiff_t)of.down * of.across * of.pair;
  for (int at = first * of_item; at < end; at++) {
    const int row = at % rows;
    float *to = AT(float, arena, arguments[0]) + (ptrdiff_t)at * length;
    for (int i = 0; i < length; i++) to[i] = 0;
    for (int p = row % of.stride; p < of.size && p <= row; p += of.stride) {
      const int patch = (row - p) / of.stride;
      if (patch >= of.down) continue;
      const float *from = AT(float, arena, arguments[1]) + (ptrdiff_t)patch * of.across * of.pair +
                          (ptrdiff_t)(at / rows * of.size + p) * of.size * of.deep * apart;
      int q = 0;
      if (of.deep * of.pair == 1)
        for (; q + 4 <= of.size; q += 4) add_four(to + q, from + q * apart, apart, of.across, of.stride);
      for (; q < of.size; q++)
        add_entry(to + q * of.deep * of.pair, from + (ptrdiff_t)q * of.deep * apart, apart, &of);
    }
  }
}
