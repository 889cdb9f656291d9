#include "tile.h"

/*
 * result[b, i, j, o] = sum over k, l, c of images[b, i stride + k - top, j stride + l - left, c] filters[k, l, c, o],
 * over the taps that meet the image, for the rows [0, rows) and columns [0, columns) of a grid that lies in the result
 * by any steps.
 *
 * arguments: images, packed filters, result, height, width, channels, out, filter height, filter width, stride, top,
 * left, rows, columns, then in floats image step, row step and column step of the result, then rows of an item. Items
 * are (image, block of rows).
 */
typedef struct {
  const float *images, *filters;
  float *result;
  int height, width, channels, out, filter_height, filter_width, stride, top, left, rows, columns;
  int image_step, row_step, column_step, item_rows, blocks;
} Convolution;

INLINE Convolution convolution_of(char *arena, const word *arguments) {
  const int *a = (const int *)arguments;
  return (Convolution){
      .images = AT(const float, arena, arguments[0]),
      .filters = AT(const float, arena, arguments[1]),
      .result = AT(float, arena, arguments[2]),
      .height = a[3], .width = a[4], .channels = a[5], .out = a[6], .filter_height = a[7], .filter_width = a[8],
      .stride = a[9], .top = a[10], .left = a[11], .rows = a[12], .columns = a[13],
      .image_step = a[14], .row_step = a[15], .column_step = a[16], .item_rows = a[17],
      .blocks = (a[12] + a[17] - 1) / a[17],
  };
}

/* The rows of an item: [from, to) of image b. */
typedef struct {
  int image, from, to;
} Rows;

INLINE Rows rows_of(const Convolution *is, int item) {
  const int from = item % is->blocks * is->item_rows;
  return (Rows){item / is->blocks, from, min_int(is->rows, from + is->item_rows)};
}

/* The least j >= 0 with j stride + offset >= 0, and the least with j stride + offset >= size. */
INLINE int first_inside(int offset, int stride) { return offset >= 0 ? 0 : (stride - 1 - offset) / stride; }
INLINE int first_beyond(int offset, int stride, int size) { return first_inside(offset - size, stride); }

/*
 * packed[block][k][l][c][column] = filters[base + k steps[0] + l steps[1] + c steps[2] + o steps[3]], 0 beyond the
 * last column; blocks are of WIDE columns, the last of LANES where that is enough; of one column where `narrow`.
 * arguments: filters, packed, filter height, filter width, channels, out, base, steps, narrow. Items are taps (k, l).
 */
KERNEL(pack_filters) {
  const int *a = (const int *)arguments;
  const int taps = a[2] * a[3], channels = a[4], out = a[5], narrow = a[11];
  for (int tap = first; tap < last; tap++) {
    const float *from = AT(const float, arena, arguments[0]) + a[6] + tap / a[3] * a[7] + tap % a[3] * a[8];
    float *block = AT(float, arena, arguments[1]);
    for (int start = 0; start < out;) {
      const int columns = narrow ? 1 : out - start > LANES ? WIDE : LANES;
      const int filled = min_int(columns, out - start);
      float *to = block + tap * channels * columns;
      for (int c = 0; c < channels; c++) {
        for (int o = 0; o < filled; o++) to[o] = from[c * a[9] + (start + o) * a[10]];
        for (int o = filled; o < columns; o++) to[o] = 0;
        to += columns;
      }
      block += taps * channels * columns;
      start += columns;
    }
  }
}

/* Where a tile of n results of row i from column j on is computed, and what of the filter is meant. */
typedef struct {
  int i, j, n;
} Place;

/* Sums that are longer than this are taken by rows of the filter. */
#define LONG_SUM 1024

/* The results of a tile for one block of v LANES columns of the filters: to + p to_step for result p. */
INLINE void convolve_tile(const Convolution *is, const float *image, const float *filters, Place at, int v, float *to,
                          int to_step) {
  const int row = at.i * is->stride - is->top, column = at.j * is->stride - is->left;
  const int above = max_int(0, -row), below = min_int(is->filter_height, is->height - row);
  const int span = is->filter_width * is->channels, pixel = v * LANES * is->channels;
  Runs runs = {.rows = max_int(0, below - above), .length = span, .x_row = is->width * is->channels,
               .x_step = is->stride * is->channels, .w_row = span * v * LANES, .to_step = to_step, .add = 0};
  const float *x = image + ((row + above) * is->width + column) * is->channels;
  const float *w = filters + above * runs.w_row;
  if (column >= 0 && column + (at.n - 1) * is->stride + is->filter_width <= is->width) {
    if (runs.rows <= 1 || runs.rows * span <= LONG_SUM) {
      tile(at.n, v, to, x, w, &runs);
      return;
    }
    const int rows = runs.rows;
    runs.rows = 1;
    for (int k = 0; k < rows; k++) {
      tile(at.n, v, to, x + k * runs.x_row, w + k * runs.w_row, &runs);
      runs.add = 1;
    }
    return;
  }
  for (int p = 0; p < at.n; p++)
    for (int q = 0; q < v; q++) store(to + p * to_step + q * LANES, (vec){0});
  runs.length = is->channels;
  runs.add = 1;
  for (int l = 0; l < is->filter_width; l++) {
    const int from = first_inside(column + l, is->stride);
    const int end = min_int(at.n, first_beyond(column + l, is->stride, is->width));
    if (from < end)
      tile(end - from, v, to + from * to_step, x + from * runs.x_step + l * is->channels, w + l * pixel, &runs);
  }
}

/* Registers hold LANES output channels; the filters are packed in blocks. */
KERNEL(convolve_tiles) {
  const Convolution is = convolution_of(arena, arguments);
  const int tiles = tiles_of(is.columns);
  for (int item = first; item < last; item++) {
    const Rows rows = rows_of(&is, item);
    const float *image = is.images + rows.image * is.height * is.width * is.channels;
    const float *filters = is.filters;
    for (int start = 0; start < is.out;) {
      const int v = is.out - start > LANES ? 2 : 1, filled = min_int(v * LANES, is.out - start);
      for (int i = rows.from; i < rows.to; i++) {
        float *row = is.result + rows.image * is.image_step + i * is.row_step + start;
        for (int t = 0; t < tiles; t++) {
          const int j = tile_start(is.columns, tiles, t);
          const Place at = {i, j, tile_start(is.columns, tiles, t + 1) - j};
          float *to = row + j * is.column_step;
          if (filled == v * LANES) {
            convolve_tile(&is, image, filters, at, v, to, is.column_step);
            continue;
          }
          float part[TILE * WIDE];
          convolve_tile(&is, image, filters, at, v, part, WIDE);
          for (int p = 0; p < at.n; p++)
            for (int o = 0; o < filled; o++) to[p * is.column_step + o] = part[p * WIDE + o];
        }
      }
      filters += is.filter_height * is.filter_width * is.channels * v * LANES;
      start += v * LANES;
    }
  }
}

/* The results that share the factors of one run of registers. */
#define DOTS 4

INLINE float sum_of(vec x) {
  float sum = 0;
  UNROLL for (int q = 0; q < LANES; q++) sum += x[q];
  return sum;
}

/* to[p] += sum over r, e of x[r][p][e] w[r][e], for n entries p. */
INLINE void dots_run(const int n, float *to, const float *x, const float *w, const Runs *runs) {
  vec sums[DOTS][2];
  float rest[DOTS];
  UNROLL for (int p = 0; p < n; p++) {
    sums[p][0] = sums[p][1] = (vec){0};
    rest[p] = 0;
  }
  for (int r = 0; r < runs->rows; r++) {
    const float *from = x + r * runs->x_row, *by = w + r * runs->w_row;
    int e = 0;
    for (; e + 2 * LANES <= runs->length; e += 2 * LANES) {
      const vec low = load(by + e), high = load(by + e + LANES);
      UNROLL for (int p = 0; p < n; p++) {
        sums[p][0] = fma_vec(load(from + p * runs->x_step + e), low, sums[p][0]);
        sums[p][1] = fma_vec(load(from + p * runs->x_step + e + LANES), high, sums[p][1]);
      }
    }
    for (; e + LANES <= runs->length; e += LANES) {
      const vec factor = load(by + e);
      UNROLL for (int p = 0; p < n; p++) sums[p][0] = fma_vec(load(from + p * runs->x_step + e), factor, sums[p][0]);
    }
    for (; e < runs->length; e++) UNROLL for (int p = 0; p < n; p++) rest[p] += from[p * runs->x_step + e] * by[e];
  }
  UNROLL for (int p = 0; p < n; p++) to[p * runs->to_step] += sum_of(sums[p][0] + sums[p][1]) + rest[p];
}

static void dots(int n, float *to, const float *x, const float *w, const Runs *runs) {
  for (; n >= DOTS; n -= DOTS) {
    dots_run(DOTS, to, x, w, runs);
    to += DOTS * runs->to_step;
    x += DOTS * runs->x_step;
  }
  for (; n > 0; n--) {
    dots_run(1, to, x, w, runs);
    to += runs->to_step;
    x += runs->x_step;
  }
}

/* Registers hold LANES input channels, which are summed at the end: for few output channels. Filters are narrow. */
KERNEL(convolve_dots) {
  const Convolution is = convolution_of(arena, arguments);
  const int span = is.filter_width * is.channels;
  const int inner = min_int(is.columns, first_inside(-is.left, is.stride));
  const int outer = max_int(inner, min_int(is.columns, first_beyond(is.filter_width - 1 - is.left, is.stride, is.width)));
  for (int item = first; item < last; item++) {
    const Rows rows = rows_of(&is, item);
    const float *image = is.images + rows.image * is.height * is.width * is.channels;
    for (int i = rows.from; i < rows.to; i++) {
      const int row = i * is.stride - is.top;
      const int above = max_int(0, -row), below = min_int(is.filter_height, is.height - row);
      Runs runs = {.rows = max_int(0, below - above), .length = span, .x_row = is.width * is.channels,
                   .x_step = is.stride * is.channels, .w_row = span, .to_step = is.column_step};
      const float *x = image + ((row + above) * is.width - is.left) * is.channels;
      for (int o = 0; o < is.out; o++) {
        float *to = is.result + rows.image * is.image_step + i * is.row_step + o;
        const float *w = is.filters + (o * is.filter_height + above) * span;
        for (int j = 0; j < is.columns; j++) to[j * is.column_step] = 0;
        runs.length = span;
        dots(outer - inner, to + inner * is.column_step, x + inner * runs.x_step, w, &runs);
        runs.length = is.channels;
        for (int j = 0; j < is.columns; j++) {
          if (j == inner) j = outer;
          const int column = j * is.stride - is.left;
          const int end = j < is.columns ? min_int(is.filter_width, is.width - column) : 0;
          for (int l = max_int(0, -column); l < end; l++)
            dots(1, to + j * is.column_step, x + j * runs.x_step + l * is.channels, w + l * is.channels, &runs);
        }
      }
    }
  }
}

/* One result of one channel, from the taps that meet the image. */
INLINE float single(const Convolution *is, const float *image, int i, int j) {
  float sum = 0;
  const int row = i - is->top, column = j - is->left;
  for (int k = max_int(0, -row); k < min_int(is->filter_height, is->height - row); k++)
    for (int l = max_int(0, -column); l < min_int(is->filter_width, is->width - column); l++)
      sum += image[(row + k) * is->width + column + l] * is->filters[k * is->filter_width + l];
  return sum;
}

/* The most registers of neighbours that are summed at once: as many sums as do not wait for themselves. */
#define AHEAD 4

/* The results of a row from column j on, `ahead` registers of them. */
INLINE void single_stretch(const int ahead, const Convolution *is, const float *image, int i, int j, float *to) {
  vec sums[AHEAD];
  UNROLL for (int q = 0; q < ahead; q++) sums[q] = (vec){0};
  const int row = i - is->top;
  for (int k = max_int(0, -row); k < min_int(is->filter_height, is->height - row); k++) {
    const float *x = image + (row + k) * is->width + j - is->left, *w = is->filters + k * is->filter_width;
    KEEP_LOOP for (int l = 0; l < is->filter_width; l++) {
      const vec factor = splat(w[l]);
      UNROLL for (int q = 0; q < ahead; q++) sums[q] = fma_vec(load(x + l + q * LANES), factor, sums[q]);
    }
  }
  UNROLL for (int q = 0; q < ahead; q++) store(to + q * LANES, sums[q]);
}

/* Registers hold LANES neighbours of a row: for one channel, one output channel and stride 1. */
KERNEL(convolve_single) {
  const Convolution is = convolution_of(arena, arguments);
  const int inner = min_int(is.columns, max_int(0, is.left));
  const int outer = max_int(inner, min_int(is.columns, is.width + is.left - is.filter_width + 1));
  for (int item = first; item < last; item++) {
    const Rows rows = rows_of(&is, item);
    const float *image = is.images + rows.image * is.height * is.width;
    for (int i = rows.from; i < rows.to; i++) {
      float *row = is.result + rows.image * is.image_step + i * is.row_step;
      int j = 0;
      for (; j < inner; j++) row[j * is.column_step] = single(&is, image, i, j);
      for (; j + AHEAD * LANES <= outer; j += AHEAD * LANES) single_stretch(AHEAD, &is, image, i, j, row + j);
      /* the last stretch goes over results that stand already */
      if (j < outer && outer - inner >= AHEAD * LANES) {
        single_stretch(AHEAD, &is, image, i, outer - AHEAD * LANES, row + outer - AHEAD * LANES);
        j = outer;
      }
      for (; j + LANES <= outer; j += LANES) single_stretch(1, &is, image, i, j, row + j);
      for (; j < is.columns; j++) row[j * is.column_step] = single(&is, image, i, j);
    }
  }
}
