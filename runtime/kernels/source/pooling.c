#include "kernel.h"

/*
 * The largest entry of each q x q tile of [b, h, w, c], the first of equals; a tile whose first entry is NaN gives it,
 * and NaN elsewhere is passed over.
 * arguments: images, result, columns of the result, channels, q. Items are the rows of all results.
 */
typedef struct {
  const float *x;
  int channels, row, q;
} Tile;

INLINE float largest_one(const Tile *is, int c, int *winner) {
  float best = is->x[c];
  *winner = 0;
  for (int k = 0; k < is->q; k++)
    for (int l = 0; l < is->q; l++) {
      const float entry = is->x[k * is->row + l * is->channels + c];
      if (entry > best) {
        best = entry;
        *winner = k * is->q + l;
      }
    }
  return best;
}

INLINE vec chosen(ivec mask, vec yes, vec no) { return (vec)((mask & (ivec)yes) | (~mask & (ivec)no)); }

INLINE vec largest(const Tile *is, int c, ivec *winner) {
  vec best = load(is->x + c);
  *winner = (ivec){0};
  for (int k = 0; k < is->q; k++)
    for (int l = 0; l < is->q; l++) {
      const vec entry = load(is->x + k * is->row + l * is->channels + c);
      const ivec larger = entry > best;
      best = chosen(larger, entry, best);
      *winner = (larger & (k * is->q + l)) | (~larger & *winner);
    }
  return best;
}

KERNEL(max_pool) {
  const int *a = (const int *)arguments;
  const int columns = a[2], channels = a[3], q = a[4], row = columns * q * channels;
  for (int i = first; i < last; i++) {
    Tile is = {AT(const float, arena, arguments[0]) + i * q * row, channels, row, q};
    float *to = AT(float, arena, arguments[1]) + i * columns * channels;
    for (int j = 0; j < columns; j++) {
      int c = 0;
      ivec winners;
      int winner;
      for (; c + LANES <= channels; c += LANES) store(to + c, largest(&is, c, &winners));
      for (; c < channels; c++) to[c] = largest_one(&is, c, &winner);
      is.x += q * channels;
      to += channels;
    }
  }
}

/* The cotangent at the largest entry, 0 elsewhere. arguments: as max_pool, then the cotangent; the result is an image. */
KERNEL(max_pool_gradient) {
  const int *a = (const int *)arguments;
  const int columns = a[2], channels = a[3], q = a[4], row = columns * q * channels;
  for (int i = first; i < last; i++) {
    Tile is = {AT(const float, arena, arguments[0]) + i * q * row, channels, row, q};
    float *to = AT(float, arena, arguments[1]) + i * q * row;
    const float *g = AT(const float, arena, arguments[5]) + i * columns * channels;
    for (int j = 0; j < columns; j++) {
      int c = 0;
      ivec winners;
      int winner;
      for (; c + LANES <= channels; c += LANES) {
        largest(&is, c, &winners);
        const vec cotangent = load(g + c);
        for (int k = 0; k < q; k++)
          for (int l = 0; l < q; l++)
            store(to + k * row + l * channels + c, (vec)((winners == k * q + l) & (ivec)cotangent));
      }
      for (; c < channels; c++) {
        largest_one(&is, c, &winner);
        for (int k = 0; k < q; k++)
          for (int l = 0; l < q; l++) to[k * row + l * channels + c] = winner == k * q + l ? g[c] : 0;
      }
      is.x += q * channels;
      to += q * channels;
      g += channels;
    }
  }
}
