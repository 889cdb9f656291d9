#include "tile.h"

/*
 * Convolutions of 3x3 filters with stride 1 in tiles of 4x4 results by the algorithm of Cook and Toom (Winograd's
 * F(4x4, 3x3)): tiles of 6x6 entries and the filters are evaluated at 6 points an axis, where a convolution is a
 * product, a quarter of the multiplications. The points 0, 3/4, -3/4, 3/2, -3/2 and infinity keep the error at about
 * twice that of the plain sum in single precision (with 0, 1, -1, 2, -2 it is five times larger).
 *
 * With d a tile of images, w a filter, y the tile of results and g its cotangent, by matrices A [6, 4], B [6, 6] and
 * G [6, 3]: y = A'((G w G') (B' d B)) A, and the gradient by w is G'((B' d B) (A g A')) G, products entry by entry.
 */
#define POINTS 6
#define POINTS_2 36
#define NEAR 0.75f
#define FAR 1.5f
#define NEAR_2 (NEAR * NEAR)
#define FAR_2 (FAR * FAR)
#define SUM_2 (NEAR_2 + FAR_2)
#define PRODUCT_2 (NEAR_2 * FAR_2)
/* the product of a point's distances to the others */
#define AT_NEAR (2 * NEAR_2 * (NEAR_2 - FAR_2))
#define AT_FAR (2 * FAR_2 * (FAR_2 - NEAR_2))

/* B': six neighbours d to the points. */
INLINE void evaluate_image(const vec *d, vec *at) {
  const vec even_near = fma_vec(splat(-FAR_2), d[2], d[4]), odd_near = fma_vec(splat(-FAR_2), d[1], d[3]);
  const vec even_far = fma_vec(splat(-NEAR_2), d[2], d[4]), odd_far = fma_vec(splat(-NEAR_2), d[1], d[3]);
  at[0] = fma_vec(splat(PRODUCT_2), d[0], fma_vec(splat(-SUM_2), d[2], d[4]));
  at[1] = fma_vec(splat(NEAR), odd_near, even_near);
  at[2] = fma_vec(splat(-NEAR), odd_near, even_near);
  at[3] = fma_vec(splat(FAR), odd_far, even_far);
  at[4] = fma_vec(splat(-FAR), odd_far, even_far);
  at[5] = fma_vec(splat(PRODUCT_2), d[1], fma_vec(splat(-SUM_2), d[3], d[5]));
}

/* A': the points to four neighbours y. */
INLINE void interpolate_result(const vec *at, vec *y) {
  const vec even_near = at[1] + at[2], odd_near = at[1] - at[2];
  const vec even_far = at[3] + at[4], odd_far = at[3] - at[4];
  y[0] = at[0] + even_near + even_far;
  y[1] = fma_vec(splat(NEAR), odd_near, splat(FAR) * odd_far);
  y[2] = fma_vec(splat(NEAR_2), even_near, splat(FAR_2) * even_far);
  y[3] = fma_vec(splat(NEAR * NEAR_2), odd_near, fma_vec(splat(FAR * FAR_2), odd_far, at[5]));
}

/* A: four neighbours g of a cotangent to the points. */
INLINE void evaluate_cotangent(const vec *g, vec *at) {
  const vec even_near = fma_vec(splat(NEAR_2), g[2], g[0]), odd_near = fma_vec(splat(NEAR_2), g[3], g[1]);
  const vec even_far = fma_vec(splat(FAR_2), g[2], g[0]), odd_far = fma_vec(splat(FAR_2), g[3], g[1]);
  at[0] = g[0];
  at[1] = fma_vec(splat(NEAR), odd_near, even_near);
  at[2] = fma_vec(splat(-NEAR), odd_near, even_near);
  at[3] = fma_vec(splat(FAR), odd_far, even_far);
  at[4] = fma_vec(splat(-FAR), odd_far, even_far);
  at[5] = g[3];
}

/* G: three neighbours w of a filter to the points. */
INLINE void evaluate_filter(const vec *w, vec *at) {
  const vec near = fma_vec(splat(NEAR_2), w[2], w[0]), far = fma_vec(splat(FAR_2), w[2], w[0]);
  at[0] = w[0] * splat(1 / PRODUCT_2);
  at[1] = fma_vec(splat(NEAR), w[1], near) * splat(1 / AT_NEAR);
  at[2] = fma_vec(splat(-NEAR), w[1], near) * splat(1 / AT_NEAR);
  at[3] = fma_vec(splat(FAR), w[1], far) * splat(1 / AT_FAR);
  at[4] = fma_vec(splat(-FAR), w[1], far) * splat(1 / AT_FAR);
  at[5] = w[2];
}

/* G': the points to three neighbours w. */
INLINE void interpolate_filter(const vec *at, vec *w) {
  const vec even_near = (at[1] + at[2]) * splat(1 / AT_NEAR), odd_near = (at[1] - at[2]) * splat(NEAR / AT_NEAR);
  const vec even_far = (at[3] + at[4]) * splat(1 / AT_FAR), odd_far = (at[3] - at[4]) * splat(FAR / AT_FAR);
  w[0] = fma_vec(splat(1 / PRODUCT_2), at[0], even_near + even_far);
  w[1] = odd_near + odd_far;
  w[2] = fma_vec(splat(NEAR_2), even_near, fma_vec(splat(FAR_2), even_far, at[5]));
}

/* From n x n to m x m along both axes by a map of n neighbours to m: READ(i, j) gives a vec, WRITE(i, j, x) takes one. */
#define BOTH_AXES(map, n, m, READ, WRITE)                                                                             \
  do {                                                                                                                \
    vec half[m][n];                                                                                                   \
    KEEP_LOOP for (int j = 0; j < n; j++) {                                                                           \
      vec line[n], mapped[m];                                                                                         \
      UNROLL for (int i = 0; i < n; i++) line[i] = READ(i, j);                                                        \
      map(line, mapped);                                                                                              \
      UNROLL for (int i = 0; i < m; i++) half[i][j] = mapped[i];                                                      \
    }                                                                                                                 \
    KEEP_LOOP for (int i = 0; i < m; i++) {                                                                           \
      vec mapped[m];                                                                                                  \
      map(half[i], mapped);                                                                                           \
      UNROLL for (int j = 0; j < m; j++) WRITE(i, j, mapped[j]);                                                      \
    }                                                                                                                 \
  } while (0)

/* The first `count` of LANES floats, and 0 behind them. */
INLINE vec load_some(const float *from, int count) {
  if (count >= LANES) return load(from);
  float part[LANES];
  UNROLL for (int q = 0; q < LANES; q++) part[q] = q < count ? from[q] : 0;
  return load(part);
}

/*
 * The filters at the points, packed for `tile`: to[point][block][c][column]; a point takes channels * columns floats,
 * columns being out up to a multiple of 32.
 * arguments: filters, to, channels, out, base, steps of the four axes. Items are input channels.
 */
KERNEL(winograd_filters) {
  const int *a = (const int *)arguments;
  const int channels = a[2], out = a[3], point = channels * ((out + 31) & ~31);
  for (int c = first; c < last; c++) {
    const float *from = AT(const float, arena, arguments[0]) + a[4] + c * a[7];
    float *to = AT(float, arena, arguments[1]);
    for (int start = 0; start < out; start += LANES) {
      float w[3][3][LANES];
      for (int k = 0; k < 3; k++)
        for (int l = 0; l < 3; l++)
          for (int q = 0; q < LANES; q++)
            w[k][l][q] = start + q < out ? from[k * a[5] + l * a[6] + (start + q) * a[8]] : 0;
      const int block = start / WIDE * WIDE, v = out - block > LANES ? 2 : 1;
      float *place = to + block * channels + c * v * LANES + (start - block);
#define READ_FILTER(i, j) load(w[i][j])
#define WRITE_POINT(i, j, x) store(place + ((i) * POINTS + (j)) * point, x)
      BOTH_AXES(evaluate_filter, 3, POINTS, READ_FILTER, WRITE_POINT);
#undef WRITE_POINT
    }
  }
}

/*
 * arguments: images [b, height, width, channels], filters at the points or cotangent, result or sums, flags, slabs,
 * height, width, channels, out, top, left, rows and columns of the results, all tiles, tiles of an item, tiles of a
 * block, floats of a slab. Items are stretches of the tiles of all images; each has a slab of its own, where the tiles
 * of a block stand as [point][tile][channel], and a flag that is set where a result is no finite number.
 */
typedef struct {
  const float *images, *other;
  float *result, *slabs;
  word *flags;
  int height, width, channels, out, top, left, rows, columns, all_tiles, item_tiles, block_tiles, slab;
  int tiles_down, tiles_across, image_columns, out_columns, image_point, out_point;
} Tiles;

INLINE Tiles tiles_from(char *arena, const word *arguments) {
  const int *a = (const int *)arguments;
  const int image_columns = (a[7] + 15) & ~15, out_columns = (a[8] + 31) & ~31;
  return (Tiles){
      .images = AT(const float, arena, arguments[0]),
      .other = AT(const float, arena, arguments[1]),
      .result = AT(float, arena, arguments[2]),
      .flags = AT(word, arena, arguments[3]),
      .slabs = AT(float, arena, arguments[4]),
      .height = a[5], .width = a[6], .channels = a[7], .out = a[8], .top = a[9], .left = a[10], .rows = a[11],
      .columns = a[12], .all_tiles = a[13], .item_tiles = a[14], .block_tiles = a[15], .slab = a[16],
      .tiles_down = (a[11] + 3) / 4, .tiles_across = (a[12] + 3) / 4,
      .image_columns = image_columns, .out_columns = out_columns,
      /* 16 floats apart from a power of two, which the sets of a cache would not hold */
      .image_point = a[15] * image_columns + 16, .out_point = a[15] * out_columns + 16,
  };
}

/* Where a tile stands: its image, and the first of its rows and columns among the results. */
typedef struct {
  int image, row, column;
} Corner;

INLINE Corner corner_of(const Tiles *is, int tile) {
  const int down = tile / is->tiles_across;
  return (Corner){down / is->tiles_down, down % is->tiles_down * 4, tile % is->tiles_across * 4};
}

/*
 * A tile of size x size pixels from (row, column) on, 0 outside, mapped to the points: point p of channel c goes to
 * to[p point + c / block * block_step + c % block].
 */
#define READ_PIXEL(i, j) load(from + (i) * row_step + (j) * pixel_step)
#define WRITE_BLOCK(i, j, x) store(to + ((i) * POINTS + (j)) * point + c / block * block_step + c % block, x)
#define EVALUATE_TILE(name, map, size)                                                                                \
  INLINE void name(const float *image, int height, int width, int channels, int row, int column, float *to,           \
                   int point, int block, int block_step) {                                                            \
    const int inside = row >= 0 && column >= 0 && row + size <= height && column + size <= width;                     \
    for (int c = 0; c < channels; c += LANES) {                                                                       \
      float padded[size * size * LANES];                                                                              \
      const float *from = image + (row * width + column) * channels + c;                                              \
      int row_step = width * channels, pixel_step = channels;                                                         \
      if (!inside || c + LANES > channels) {                                                                          \
        for (int i = 0; i < size * size; i++) {                                                                       \
          const int y = row + i / size, x = column + i % size;                                                        \
          const int met = y >= 0 && x >= 0 && y < height && x < width;                                                \
          const vec pixel = met ? load_some(image + (y * width + x) * channels + c, channels - c) : (vec){0};         \
          store(padded + i * LANES, pixel);                                                                           \
        }                                                                                                             \
        from = padded;                                                                                                \
        row_step = size * LANES;                                                                                      \
        pixel_step = LANES;                                                                                           \
      }                                                                                                               \
      BOTH_AXES(map, size, POINTS, READ_PIXEL, WRITE_BLOCK);                                                          \
    }                                                                                                                 \
  }
EVALUATE_TILE(evaluate_image_tile, evaluate_image, 6)
EVALUATE_TILE(evaluate_cotangent_tile, evaluate_cotangent, 4)

INLINE void evaluate_images(const Tiles *is, int from, int count, float *to) {
  const int size = is->height * is->width * is->channels;
  for (int t = 0; t < count; t++) {
    const Corner at = corner_of(is, from + t);
    evaluate_image_tile(is->images + at.image * size, is->height, is->width, is->channels, at.row - is->top,
                        at.column - is->left, to + t * is->image_columns, is->image_point, is->image_columns, 0);
  }
}

/* The products at every point: [tile][channel] by [channel][out]. */
INLINE void multiply(const Tiles *is, int count, const float *images, float *products) {
  const Runs runs = {.rows = 1, .length = is->channels, .x_step = is->image_columns, .to_step = is->out_columns};
  for (int p = 0; p < POINTS_2; p++) {
    const float *x = images + p * is->image_point;
    const float *w = is->other + p * is->channels * is->out_columns;
    float *to = products + p * is->out_point;
    for (int start = 0; start < is->out;) {
      const int v = is->out - start > LANES ? 2 : 1;
      const float *factors = w + start * is->channels;
      int t = 0;
      if (v == 2)
        for (; t + TILE <= count; t += TILE)
          tile_run(TILE, 2, to + t * is->out_columns + start, x + t * is->image_columns, factors, &runs);
      for (; t < count; t += TILE)
        tile(min_int(TILE, count - t), v, to + t * is->out_columns + start, x + t * is->image_columns, factors, &runs);
      start += v * LANES;
    }
  }
}

/* Writes the results of a tile from the products at the points; gives 0 where all are finite. */
INLINE int write_tile(const Tiles *is, Corner at, const float *products) {
  const int down = min_int(4, is->rows - at.row), across = min_int(4, is->columns - at.column);
  float *corner = is->result + ((at.image * is->rows + at.row) * is->columns + at.column) * is->out;
  vec check = {0};
  for (int o = 0; o < is->out; o += LANES) {
    const int filled = min_int(LANES, is->out - o), row_step = is->columns * is->out;
    float tile[4][4][LANES];
#define READ_PRODUCT(i, j) load(products + ((i) * POINTS + (j)) * is->out_point + o)
    if (filled == LANES && down == 4 && across == 4) {
#define WRITE_RESULT(i, j, y) (store(corner + (i) * row_step + (j) * is->out + o, y), check += (y) * splat(0))
      BOTH_AXES(interpolate_result, POINTS, 4, READ_PRODUCT, WRITE_RESULT);
      continue;
    }
#define WRITE_ASIDE(i, j, y) (store(tile[i][j], y), check += (y) * splat(0))
    BOTH_AXES(interpolate_result, POINTS, 4, READ_PRODUCT, WRITE_ASIDE);
    for (int i = 0; i < down; i++)
      for (int j = 0; j < across; j++)
        for (int q = 0; q < filled; q++) corner[i * row_step + j * is->out + o + q] = tile[i][j][q];
  }
  int wrong = 0;
  for (int q = 0; q < LANES; q++) wrong |= check[q] != 0;
  return wrong;
}

KERNEL(winograd_convolve) {
  const Tiles is = tiles_from(arena, arguments);
  for (int item = first; item < last; item++) {
    float *images = is.slabs + item * is.slab, *products = images + POINTS_2 * is.image_point;
    const int end = min_int(is.all_tiles, (item + 1) * is.item_tiles);
    int wrong = 0;
    for (int from = item * is.item_tiles; from < end; from += is.block_tiles) {
      const int count = min_int(is.block_tiles, end - from);
      evaluate_images(&is, from, count, images);
      multiply(&is, count, images, products);
      for (int t = 0; t < count; t++)
        wrong |= write_tile(&is, corner_of(&is, from + t), products + t * is.out_columns);
    }
    is.flags[item] = (word)wrong;
  }
}

/*
 * The gradient takes the tiles by chunks. Channels stand in blocks, so that a block of a point is read in one stretch:
 * images [point][c / IMAGE_BLOCK][tile][c % IMAGE_BLOCK], cotangents [point][o / WIDE][tile][o % WIDE].
 * arguments: images, cotangent, sums, image points, cotangent points, then as above from height to columns, the first
 * tile of the chunk, tiles of the chunk, tiles of an item, floats of an image point, and of a cotangent point.
 */
#define IMAGE_BLOCK 16

/* Maps the tiles of a chunk to the points. Items are stretches of its tiles. */
KERNEL(winograd_gradient_points) {
  const int *a = (const int *)arguments;
  const Tiles is = tiles_from(arena, arguments);
  const int begin = a[13], count = a[14];
  float *images = AT(float, arena, arguments[3]), *cotangents = AT(float, arena, arguments[4]);
  for (int t = first * a[15]; t < min_int(count, last * a[15]); t++) {
    const Corner at = corner_of(&is, begin + t);
    evaluate_image_tile(is.images + at.image * is.height * is.width * is.channels, is.height, is.width, is.channels,
                        at.row - is.top, at.column - is.left, images + t * IMAGE_BLOCK, a[16], IMAGE_BLOCK,
                        count * IMAGE_BLOCK);
    evaluate_cotangent_tile(is.other + at.image * is.rows * is.columns * is.out, is.rows, is.columns, is.out, at.row,
                            at.column, cotangents + t * WIDE, a[17], WIDE, count * WIDE);
  }
}

/* Adds the products of a chunk to sums[point][channel][out], or begins them. Items are (point, block of channels). */
KERNEL(winograd_gradient) {
  const int *a = (const int *)arguments;
  const Tiles is = tiles_from(arena, arguments);
  const int count = a[14], blocks = (is.channels + IMAGE_BLOCK - 1) / IMAGE_BLOCK;
  for (int item = first; item < last; item++) {
    const int p = item / blocks, c = item % blocks * IMAGE_BLOCK, channels = min_int(IMAGE_BLOCK, is.channels - c);
    const float *images = AT(const float, arena, arguments[3]) + p * a[16] + c * count;
    const float *cotangents = AT(const float, arena, arguments[4]) + p * a[17];
    float *sums = is.result + (p * is.channels + c) * is.out_columns;
    if (a[13] == 0)
      for (int i = 0; i < channels * is.out_columns; i += LANES) store(sums + i, (vec){0});
    const int tiles = tiles_of(channels);
    for (int start = 0; start < is.out; start += WIDE)
      for (int t = 0; t < tiles; t++) {
        const int from = tile_start(channels, tiles, t), n = tile_start(channels, tiles, t + 1) - from;
        const Sum sum = {images + from, cotangents + start * count, IMAGE_BLOCK, WIDE, count,
                         sums + from * is.out_columns + start, is.out_columns};
        outer_any(n, is.out - start > LANES ? 2 : 1, &sum);
      }
  }
}

/*
 * The filters' gradient [3, 3, channels, out] from the sums; a channel's flag is set where it is no finite number.
 * arguments: sums, result, flags, channels, out. Items are channels.
 */
KERNEL(winograd_gradient_filters) {
  const int *a = (const int *)arguments;
  const int channels = a[3], out = a[4], columns = (out + 31) & ~31;
  for (int c = first; c < last; c++) {
    const float *sums = AT(const float, arena, arguments[0]) + c * columns;
    float *result = AT(float, arena, arguments[1]) + c * out;
    vec check = {0};
    for (int o = 0; o < out; o += LANES) {
      float w[3][3][LANES];
#define READ_SUM(i, j) load(sums + ((i) * POINTS + (j)) * channels * columns + o)
#define WRITE_FILTER(i, j, x) (store(w[i][j], x), check += (x) * splat(0))
      BOTH_AXES(interpolate_filter, POINTS, 3, READ_SUM, WRITE_FILTER);
      const int filled = min_int(LANES, out - o);
      for (int k = 0; k < 9; k++)
        for (int q = 0; q < filled; q++) result[k * channels * out + o + q] = w[k / 3][k % 3][q];
    }
    int wrong = 0;
    for (int q = 0; q < LANES; q++) wrong |= check[q] != 0;
    AT(word, arena, arguments[2])[c] = (word)wrong;
  }
}
