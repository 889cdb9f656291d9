#include "tile.h"

/*
 * The gradient of a convolution by its filters: for each tap (k, l) the sum over b, i, j of
 * images[b, i stride + k - top, j stride + l - left, c] cotangent[b, i, j, o], over the pixels where the tap meets the
 * image. Sums are taken in three stages: a stretch of a row in registers, the rows of a part, the parts.
 *
 * arguments: images, cotangent, parts, height, width, channels, out, filter height, filter width, stride, top, left,
 * rows and columns of the cotangent, rows of all images, rows of a part, output channels of an item.
 * Items are (part, chunk of output channels). Each writes its own place of
 * parts[part][k][l][c][o], or of parts[part][k][o][l][c] where it says so.
 */
typedef struct {
  const float *images, *cotangent, *images_end, *cotangent_end;
  float *parts;
  int height, width, channels, out, filter_height, filter_width, stride, top, left, rows, columns;
  int all_rows, part_rows, chunk, chunks;
  int span, swapped;
} Gradient;

INLINE Gradient gradient_of(char *arena, const word *arguments) {
  const int *a = (const int *)arguments;
  const int images = a[14] / max_int(1, a[12]);
  return (Gradient){
      .images = AT(const float, arena, arguments[0]),
      .cotangent = AT(const float, arena, arguments[1]),
      .images_end = AT(const float, arena, arguments[0]) + images * a[3] * a[4] * a[5],
      .cotangent_end = AT(const float, arena, arguments[1]) + a[14] * a[13] * a[6],
      .parts = AT(float, arena, arguments[2]),
      .height = a[3], .width = a[4], .channels = a[5], .out = a[6], .filter_height = a[7], .filter_width = a[8],
      .stride = a[9], .top = a[10], .left = a[11], .rows = a[12], .columns = a[13],
      .all_rows = a[14], .part_rows = a[15], .chunk = a[16], .chunks = (a[6] + a[16] - 1) / a[16],
      .span = a[8] * a[5],
  };
}

/* The least j >= 0 with j stride + offset >= 0, and the least with j stride + offset >= size. */
INLINE int first_inside(int offset, int stride) { return offset >= 0 ? 0 : (stride - 1 - offset) / stride; }
INLINE int first_beyond(int offset, int stride, int size) { return first_inside(offset - size, stride); }

/* to[p][o] += sum over the pixels of a[p] b[o], for v LANES columns; what stands at `end` and beyond is taken as 0. */
static void outer_until(int n, int v, const Sum *sum, const float *end) {
  Sum safe = *sum;
  while (safe.count > 0 && sum->b + (safe.count - 1) * sum->b_step + v * LANES > end) safe.count--;
  outer_any(n, v, &safe);
  for (int j = safe.count; j < sum->count; j++) {
    const float *b = sum->b + j * sum->b_step;
    float columns[WIDE];
    for (int o = 0; o < v * LANES; o++) columns[o] = b + o < end ? b[o] : 0;
    const Sum pixel = {sum->a + j * sum->a_step, columns, 0, 0, 1, sum->to, sum->to_step};
    outer_any(n, v, &pixel);
  }
}

/* The same for the `filled` first of the columns. */
static void outer(int n, int v, const Sum *sum, int filled, const float *end) {
  if (filled == v * LANES) {
    outer_any(n, v, sum);
    return;
  }
  float part[TILE * WIDE];
  for (int at = 0; at < n * WIDE; at++) part[at] = 0;
  Sum aside = *sum;
  aside.to = part;
  aside.to_step = WIDE;
  outer_until(n, v, &aside, end);
  for (int p = 0; p < n; p++)
    for (int o = 0; o < filled; o++) sum->to[p * sum->to_step + o] += part[p * WIDE + o];
}

/* Pixels that are summed in registers at once. */
#define STRETCH 1024

/* The taps of `entries` neighbours in x for the pixels that x and g begin at, from output channel `from` to `to`. */
static void cover(const Gradient *is, const float *x, const float *g, int count, float *part, int entries, int from,
                  int to) {
  const int step = is->stride * is->channels;
  for (int j = 0; j < count; j += STRETCH) {
    const int pixels = min_int(STRETCH, count - j);
    const int scalars = is->swapped ? to - from : entries, vectors = is->swapped ? entries : to - from;
    const int tiles = tiles_of(scalars);
    for (int start = 0; start < vectors;) {
      const int left = vectors - start, v = left >= 4 * LANES && scalars <= FEW ? 4 : left > LANES ? 2 : 1;
      const int filled = min_int(v * LANES, left);
      for (int t = 0; t < tiles; t++) {
        const int p = tile_start(scalars, tiles, t), n = tile_start(scalars, tiles, t + 1) - p;
        const float *xs = x + j * step + (is->swapped ? start : p);
        const float *gs = g + j * is->out + from + (is->swapped ? p : start);
        if (is->swapped) {
          const Sum sum = {gs, xs, is->out, step, pixels, part + (from + p) * is->span + start, is->span};
          outer(n, v, &sum, filled, is->images_end);
        } else {
          const Sum sum = {xs, gs, step, is->out, pixels, part + p * is->out + from + start, is->out};
          outer(n, v, &sum, filled, is->cotangent_end);
        }
      }
      start += v * LANES;
    }
  }
}

/* One row of pixels: x is the row of the image that row k of the filter meets. */
INLINE void gradient_row(const Gradient *is, const float *x, const float *g, float *part, int from, int to) {
  const int step = is->stride * is->channels, entry = is->swapped ? 1 : is->out;
  const int inner = min_int(is->columns, first_inside(-is->left, is->stride));
  const int far = first_beyond(is->filter_width - 1 - is->left, is->stride, is->width);
  const int outer_end = max_int(inner, min_int(is->columns, far));
  const int whole = is->channels < WIDE;
  x -= is->left * is->channels;
  if (whole)
    cover(is, x + inner * step, g + inner * is->out, outer_end - inner, part, is->span, from, to);
  for (int l = 0; l < is->filter_width; l++) {
    const int begin = min_int(is->columns, first_inside(l - is->left, is->stride));
    const int end = min_int(is->columns, first_beyond(l - is->left, is->stride, is->width));
    const float *xl = x + l * is->channels;
    float *tap = part + l * is->channels * entry;
    if (!whole) {
      cover(is, xl + begin * step, g + begin * is->out, max_int(0, end - begin), tap, is->channels, from, to);
      continue;
    }
    const int before = min_int(end, inner), behind = max_int(begin, outer_end);
    cover(is, xl + begin * step, g + begin * is->out, max_int(0, before - begin), tap, is->channels, from, to);
    cover(is, xl + behind * step, g + behind * is->out, max_int(0, end - behind), tap, is->channels, from, to);
  }
}

INLINE void gradient_items(Gradient is, int first, int last) {
  const int entries = is.filter_height * is.span;
  for (int item = first; item < last; item++) {
    const int number = item / is.chunks, from = item % is.chunks * is.chunk, to = min_int(is.out, from + is.chunk);
    float *part = is.parts + number * entries * is.out;
    for (int e = 0; e < entries; e++)
      for (int o = from; o < to; o++) part[e * is.out + o] = 0;
    const int end = min_int(is.all_rows, (number + 1) * is.part_rows);
    for (int all = number * is.part_rows; all < end; all++) {
      const float *image = is.images + all / is.rows * is.height * is.width * is.channels;
      const float *g = is.cotangent + all * is.columns * is.out;
      const int row = all % is.rows * is.stride - is.top;
      for (int k = max_int(0, -row); k < min_int(is.filter_height, is.height - row); k++)
        gradient_row(&is, image + (row + k) * is.width * is.channels, g, part + k * is.span * is.out, from, to);
    }
  }
}

/* Registers hold LANES output channels. */
KERNEL(filter_gradient_tiles) { gradient_items(gradient_of(arena, arguments), first, last); }

/* Registers hold LANES neighbouring entries of the image: for few output channels, one chunk. Writes [k][o][l][c]. */
KERNEL(filter_gradient_swapped) {
  Gradient is = gradient_of(arena, arguments);
  is.swapped = 1;
  gradient_items(is, first, last);
}

/* Taps that are summed at once. */
#define TAPS 8

/* to[l] += sum over j of x[j + l] g[j], for n taps. */
INLINE void taps_run(const int n, const float *x, const float *g, int count, float *to) {
  vec sums[TAPS];
  float rest[TAPS];
  UNROLL for (int l = 0; l < n; l++) {
    sums[l] = (vec){0};
    rest[l] = 0;
  }
  int j = 0;
  KEEP_LOOP for (; j + LANES <= count; j += LANES) {
    const vec pixels = load(g + j);
    UNROLL for (int l = 0; l < n; l++) sums[l] = fma_vec(load(x + j + l), pixels, sums[l]);
  }
  for (; j < count; j++) UNROLL for (int l = 0; l < n; l++) rest[l] += x[j + l] * g[j];
  UNROLL for (int l = 0; l < n; l++) {
    float sum = rest[l];
    UNROLL for (int q = 0; q < LANES; q++) sum += sums[l][q];
    to[l] += sum;
  }
}

static void taps_any(int n, const float *x, const float *g, int count, float *to) {
#define TAPS_CASE(n)                                                                                                  \
  case n: taps_run(n, x, g, count, to); break;
  switch (n) {
    TAPS_CASE(1) TAPS_CASE(2) TAPS_CASE(3) TAPS_CASE(4) TAPS_CASE(5) TAPS_CASE(6) TAPS_CASE(7) TAPS_CASE(8)
  }
}

/* The row x of an image by a row g of the cotangent, one channel each, added to the taps of a row of the filter. */
INLINE void taps_row(const Gradient *is, const float *x, const float *g, float *taps) {
  const int inner = min_int(is->columns, max_int(0, is->left));
  const int outer_end = max_int(inner, min_int(is->columns, is->width + is->left - is->filter_width + 1));
  x -= is->left;
  for (int j = inner; j < outer_end; j += STRETCH) {
    const int count = min_int(STRETCH, outer_end - j);
    for (int l = 0; l < is->filter_width; l += TAPS)
      taps_any(min_int(TAPS, is->filter_width - l), x + j + l, g + j, count, taps + l);
  }
  for (int l = 0; l < is->filter_width; l++) {
    const int low = min_int(is->columns, max_int(0, is->left - l));
    const int high = min_int(is->columns, is->width + is->left - l);
    for (int j = low; j < min_int(inner, high); j++) taps[l] += x[j + l] * g[j];
    for (int j = max_int(low, outer_end); j < high; j++) taps[l] += x[j + l] * g[j];
  }
}

/* Registers hold LANES neighbours of a row: for one channel, one output channel and stride 1. */
KERNEL(filter_gradient_single) {
  const Gradient is = gradient_of(arena, arguments);
  for (int item = first; item < last; item++) {
    float *part = is.parts + item * is.filter_height * is.filter_width;
    for (int tap = 0; tap < is.filter_height * is.filter_width; tap++) part[tap] = 0;
    const int end = min_int(is.all_rows, (item + 1) * is.part_rows);
    for (int all = item * is.part_rows; all < end; all++) {
      const float *image = is.images + all / is.rows * is.height * is.width;
      const int row = all % is.rows - is.top;
      for (int k = max_int(0, -row); k < min_int(is.filter_height, is.height - row); k++)
        taps_row(&is, image + (row + k) * is.width, is.cotangent + all * is.columns, part + k * is.filter_width);
    }
  }
}

/*
 * The sum of parts. arguments: parts, result, entries of a part, parts, entries of an item, then of each block that
 * stands transposed in the parts rows (of the result) and columns; 1 and 1 where none does. Items are stretches of the result.
 */
KERNEL(sum_parts) {
  const int *a = (const int *)arguments;
  const int entries = a[2], parts = a[3], size = a[4], rows = a[5], columns = a[6];
  const float *from = AT(const float, arena, arguments[0]);
  float *result = AT(float, arena, arguments[1]);
  const int end = last * size < entries ? last * size : entries;
  for (int i = first * size; i < end; i++) {
    const int block = i / (rows * columns), row = i / columns % rows, column = i % columns;
    const float *at = from + (block * columns + column) * rows + row;
    float sum = 0;
    for (int p = 0; p < parts; p++) sum += at[p * entries];
    result[i] = sum;
  }
}
