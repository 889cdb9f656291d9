#include "kernel.h"

/*
 * Products of matrices: result[m, n] = left[m, k] right[k, n], in batches. The result grows in tiles of ROWS x VECS
 * registers; sums run over at most DEPTH terms before they are added to the result.
 *
 * WebAssembly has 15 registers on most machines, and its compilers load all that a step reads before they add: sums,
 * and registers of either side, must be 15 together, or sums are spilled and wait for memory.
 */
#if LANES == 16
#define ROWS 8
#elif LANES == 8
#define ROWS 4
#else
#define ROWS 3
#endif
#define VECS 3
#define WIDTH (VECS * LANES)
#define DEPTH 384
/* Of sums along the lanes, each lane takes its share. */
#define DEPTH_OF_DOTS (512 * LANES)

#define MAX_SIZE 8

/* A product, and how it is cut: blocks of the result, in every matrix of the batch, `grouped` of them an item. */
struct product {
  float *result;
  const float *left, *right;
  int m, n, k;
  /* whether left stands as [k, m], and right as [n, k] */
  int left_transposed, right_transposed;
  /* whether the product is added to what stands in the result */
  int accumulate;
  /* floats between the matrices of a batch, 0 where all share one */
  size_t left_step, right_step;
  int rows, columns, blocks, grouped;
};

INLINE struct product product_of(char *arena, const word *arguments) {
  return (struct product){
      .result = AT(float, arena, arguments[0]),
      .left = AT(float, arena, arguments[1]),
      .right = AT(float, arena, arguments[2]),
      .m = (int)arguments[3],
      .n = (int)arguments[4],
      .k = (int)arguments[5],
      .left_transposed = (int)arguments[6],
      .right_transposed = (int)arguments[7],
      .accumulate = (int)arguments[8],
      .left_step = arguments[9],
      .right_step = arguments[10],
      .rows = (int)arguments[11],
      .columns = (int)arguments[12],
      .blocks = (int)arguments[13],
      .grouped = (int)arguments[14],
  };
}

/* A block of the result: rows [top, bottom), columns [start, end) of the matrices of one sample. */
struct block {
  float *result;
  const float *left, *right;
  int top, bottom, start, end;
};

INLINE struct block block_of(const struct product *p, int index) {
  const int across = (p->n + p->columns - 1) / p->columns, down = (p->m + p->rows - 1) / p->rows;
  const size_t sample = (size_t)(index / (across * down));
  const int place = index % (across * down);
  const int top = place / across * p->rows, start = place % across * p->columns;
  return (struct block){
      .result = p->result + sample * (size_t)p->m * (size_t)p->n,
      .left = p->left + sample * p->left_step,
      .right = p->right + sample * p->right_step,
      .top = top,
      .bottom = min_int(p->m, top + p->rows),
      .start = start,
      .end = min_int(p->n, start + p->columns),
  };
}

/* What a tile is made of: left[rows, depth] right[depth, width], of which columns [from, to) count. */
struct tile {
  float *result;
  const float *left, *right;
  size_t result_stride, left_stride, right_stride;
  int depth, from, to, accumulate;
};

/* Of sums[rows, width], columns [from, to) go to the result, or are added to it. */
static __attribute__((noinline)) void put_columns(const struct tile *t, const float *sums, int rows, int width) {
  for (int r = 0; r < rows; r++) {
    float *result = t->result + (size_t)r * t->result_stride;
#pragma GCC unroll 1
    for (int j = t->from; j < t->to; j++)
      result[j] = t->accumulate ? result[j] + sums[r * width + j] : sums[r * width + j];
  }
}

/* One term of every sum of a tile. */
INLINE void tile_step(const int rows, const int vecs, const float *const *left, const float *right, vec *sums) {
  vec b[MAX_SIZE];
#pragma GCC unroll 8
  for (int v = 0; v < vecs; v++) b[v] = load(right + v * LANES);
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
    const vec a = splat(*left[r]);
#pragma GCC unroll 8
    for (int v = 0; v < vecs; v++) sums[r * vecs + v] = fma_vec(a, b[v], sums[r * vecs + v]);
  }
}

INLINE void tile(const int rows, const int vecs, const int transposed, const struct tile *t) {
  vec sums[MAX_SIZE * VECS];
#pragma GCC unroll 24
  for (int i = 0; i < rows * vecs; i++) sums[i] = (vec){0};
  const float *left[MAX_SIZE], *right = t->right;
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) left[r] = t->left + (transposed ? (size_t)r : (size_t)r * t->left_stride);
  const size_t stride = t->right_stride;
  for (int p = 0; p < t->depth; p++) {
    tile_step(rows, vecs, left, right, sums);
    right += stride;
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) left[r] += transposed ? t->left_stride : 1;
  }
  if (t->from > 0 || t->to < vecs * LANES) {
    float entries[MAX_SIZE * VECS * LANES];
#pragma GCC unroll 24
    for (int i = 0; i < rows * vecs; i++) store(entries + i * LANES, sums[i]);
    put_columns(t, entries, rows, vecs * LANES);
    return;
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
    float *result = t->result + (size_t)r * t->result_stride;
#pragma GCC unroll 8
    for (int v = 0; v < vecs; v++)
      store(result + v * LANES, t->accumulate ? load(result + v * LANES) + sums[r * vecs + v] : sums[r * vecs + v]);
  }
}

#define TILES_OF_ROWS(rows)                                                                                            \
  case rows:                                                                                                           \
    if (vecs == 1) tile(rows, 1, transposed, t);                                                                       \
    else if (vecs == 2) tile(rows, 2, transposed, t);                                                     \
    else tile(rows, VECS, transposed, t);                                                                              \
    return;

INLINE void any_tile(int rows, int vecs, const int transposed, const struct tile *t) {
  switch (rows) {
    TILES_OF_ROWS(1)
    TILES_OF_ROWS(2)
    TILES_OF_ROWS(3)
#if ROWS > 3
    TILES_OF_ROWS(4)
#endif
#if ROWS > 4
    TILES_OF_ROWS(5)
    TILES_OF_ROWS(6)
    TILES_OF_ROWS(7)
    TILES_OF_ROWS(8)
#endif
  }
}

static __attribute__((noinline)) void straight_tile(int rows, int vecs, const struct tile *t) {
  any_tile(rows, vecs, 0, t);
}

static __attribute__((noinline)) void transposed_tile(int rows, int vecs, const struct tile *t) {
  any_tile(rows, vecs, 1, t);
}

/* Strips of panels are packed at once: of every row that is read, so many columns. */
#define STRIP 48

/*
 * A strip, panel[depth, WIDTH] after panel, from right[depth, columns]; what stands behind the columns is of no
 * account. From `right` on, `readable` floats may be read.
 */
INLINE void pack_straight(float *strip, const float *right, size_t stride, size_t readable, int depth, int columns) {
  for (int p = 0; p < depth; p++) {
    const float *from = right + (size_t)p * stride;
    float *to = strip + p * WIDTH;
    if ((size_t)p * stride + STRIP <= readable && columns == STRIP) {
#pragma GCC unroll 4
      for (int j = 0; j < STRIP; j += WIDTH) {
#pragma GCC unroll 3
        for (int v = 0; v < VECS; v++) store(to + j * depth + v * LANES, load(from + j + v * LANES));
      }
    } else {
      for (int j = 0; j < columns; j += LANES) {
        float *place = to + j / WIDTH * WIDTH * depth + j % WIDTH;
        if ((size_t)p * stride + (size_t)(j + LANES) <= readable) store(place, load(from + j));
        else
          for (int i = j; i < columns; i++) place[i - j] = from[i];
      }
    }
  }
}

/* The same from right[columns, depth]. */
INLINE void pack_transposed(float *strip, const float *right, size_t stride, int depth, int columns) {
  for (int j = 0; j < columns; j += 4) {
    const float *a = right + (size_t)j * stride;
    const float *b = right + (size_t)min_int(j + 1, columns - 1) * stride;
    const float *c = right + (size_t)min_int(j + 2, columns - 1) * stride;
    const float *d = right + (size_t)min_int(j + 3, columns - 1) * stride;
    float *to = strip + j / WIDTH * WIDTH * depth + j % WIDTH;
    int p = 0;
    for (; p + 4 <= depth; p += 4) {
      const vec4 e = load4(a + p), f = load4(b + p), g = load4(c + p), h = load4(d + p);
      const vec4 low = __builtin_shufflevector(e, f, 0, 4, 1, 5), high = __builtin_shufflevector(e, f, 2, 6, 3, 7);
      const vec4 less = __builtin_shufflevector(g, h, 0, 4, 1, 5), more = __builtin_shufflevector(g, h, 2, 6, 3, 7);
      store4(to, __builtin_shufflevector(low, less, 0, 1, 4, 5));
      store4(to + WIDTH, __builtin_shufflevector(low, less, 2, 3, 6, 7));
      store4(to + 2 * WIDTH, __builtin_shufflevector(high, more, 0, 1, 4, 5));
      store4(to + 3 * WIDTH, __builtin_shufflevector(high, more, 2, 3, 6, 7));
      to += 4 * WIDTH;
    }
    for (; p < depth; p++) {
      to[0] = a[p], to[1] = b[p], to[2] = c[p], to[3] = d[p];
      to += WIDTH;
    }
  }
}

/* Depth is cut in equal parts, each a multiple of 4 but the last. */
INLINE int part_of(int depth, int most) {
  const int parts = (depth + most - 1) / most;
  return parts < 2 ? depth : ((depth + parts - 1) / parts + 3) / 4 * 4;
}

/* The rows of a block by one panel, columns [j, j + columns). */
INLINE void block_by_panel(const struct product *p, const struct block *block, const float *panel, int begin, int depth,
                           int j, int columns) {
  const size_t m = (size_t)p->m, n = (size_t)p->n, k = (size_t)p->k;
  const int vecs = (columns + LANES - 1) / LANES;
  for (int i = block->top; i < block->bottom; i += ROWS) {
    const struct tile t = {
        .result = block->result + (size_t)i * n + j,
        .left = block->left + (p->left_transposed ? (size_t)begin * m + (size_t)i : (size_t)i * k + (size_t)begin),
        .right = panel,
        .result_stride = n,
        .left_stride = p->left_transposed ? m : k,
        .right_stride = WIDTH,
        .depth = depth,
        .from = 0,
        .to = columns,
        .accumulate = p->accumulate || begin > 0,
    };
    if (p->left_transposed) transposed_tile(min_int(ROWS, block->bottom - i), vecs, &t);
    else straight_tile(min_int(ROWS, block->bottom - i), vecs, &t);
  }
}

INLINE void block_by_panels(const struct product *p, const struct block *block) {
  float strip[DEPTH * STRIP] __attribute__((aligned(VECTOR_BYTES)));
  const size_t n = (size_t)p->n, k = (size_t)p->k;
  const int step = part_of(p->k, DEPTH);
  for (int begin = 0; begin < p->k; begin += step) {
    const int depth = min_int(step, p->k - begin);
    for (int j = block->start; j < block->end; j += STRIP) {
      const int columns = min_int(STRIP, block->end - j);
      const size_t first = p->right_transposed ? (size_t)j * k + (size_t)begin : (size_t)begin * n + (size_t)j;
      if (p->right_transposed) pack_transposed(strip, block->right + first, k, depth, columns);
      else pack_straight(strip, block->right + first, n, k * n - first, depth, columns);
      for (int i = 0; i < columns; i += WIDTH)
        block_by_panel(p, block, strip + i * depth, begin, depth, j + i, min_int(WIDTH, columns - i));
    }
  }
}

/* Registers of columns of a tile of 1, 2, 3 and 4 rows that is not bound to a panel's width. */
#if LANES == 16
#define WIDE_1 8
#define WIDE_2 6
#define WIDE_3 4
#define WIDE_4 4
#else
#define WIDE_1 7
#define WIDE_2 4
#define WIDE_3 3
#define WIDE_4 2
#endif

/*
 * Rows of the result, straight from the right side: no panel pays for so few. The last tile reaches back over columns
 * that are done, so that all are whole.
 */
INLINE void wide_tiles(const int rows, const int wide, struct tile t, const float *right, const struct block *block,
                       int n) {
  float *result = t.result;
  const int vecs = n >= wide * LANES ? wide : 2;
  for (int j = block->start; j < block->end;) {
    const int at = min_int(j, n - vecs * LANES);
    t.right = right + at;
    t.result = result + at;
    t.from = j - at;
    t.to = min_int(block->end - at, vecs * LANES);
    if (vecs == wide) tile(rows, wide, 0, &t);
    else tile(rows, 2, 0, &t);
    j = at + t.to;
  }
}

/* A matrix that leaves the cache, of more floats, is read once from top to bottom, so many rows at once. */
#define CACHED 262144
#define STREAMS 8
#define LONGEST_SUM 65536

INLINE void block_by_rows(const struct product *p, const struct block *block) {
  const size_t n = (size_t)p->n, k = (size_t)p->k;
  const int cached = (size_t)p->k * n <= CACHED || p->k > LONGEST_SUM;
  const int step = cached ? part_of(p->k, DEPTH) : STREAMS;
  for (int begin = 0; begin < p->k; begin += step) {
    const float *right = block->right + (size_t)begin * n;
    for (int i = block->top; i < block->bottom; i += 4) {
      const struct tile t = {
          .result = block->result + (size_t)i * n,
          .left = block->left + (size_t)i * k + (size_t)begin,
          .result_stride = n,
          .left_stride = k,
          .right_stride = n,
          .depth = min_int(step, p->k - begin),
          .accumulate = p->accumulate || begin > 0,
      };
      const int rows = block->bottom - i;
      if (rows == 1) wide_tiles(1, WIDE_1, t, right, block, p->n);
      else if (rows == 2) wide_tiles(2, WIDE_2, t, right, block, p->n);
      else if (rows == 3) wide_tiles(3, WIDE_3, t, right, block, p->n);
      else wide_tiles(4, WIDE_4, t, right, block, p->n);
    }
  }
}

/* The sum of the lanes of each of four registers. */
INLINE vec4 folded(vec a) {
#if LANES == 16
  return (__builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7)) +
         (__builtin_shufflevector(a, a, 8, 9, 10, 11) + __builtin_shufflevector(a, a, 12, 13, 14, 15));
#elif LANES == 8
  return __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
#else
  return a;
#endif
}

INLINE vec4 sums_of_lanes(const vec *sums) {
  const vec4 a = folded(sums[0]), b = folded(sums[1]), c = folded(sums[2]), d = folded(sums[3]);
  const vec4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const vec4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

/* The last lanes of a register, from `from` on; 0 before. */
INLINE vec last_lanes(vec a, int from) {
  ivec lane;
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++) lane[i] = i;
  return (vec)((ivec)a & (lane >= from));
}

/* Rows of right that one, and two or four, rows of left are multiplied with at once. */
#define DOTS 4
#if LANES == 16
#define DOTS_1 8
#define DOTS_ROWS 4
#else
#define DOTS_1 6
#define DOTS_ROWS 2
#endif

/* A register that is used more than once: gcc would load it anew for every use. */
INLINE vec kept(vec a) {
#if defined(__x86_64__)
  __asm__("" : "+v"(a));
#endif
  return a;
}

/* One term of every lane's sums. */
INLINE void dots_step(const int rows, const int columns, const float *const *left, const float *const *right, int at,
                      int from, vec *sums) {
  vec a[DOTS_ROWS];
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) {
    a[r] = kept(load(left[r] + at));
    if (from > 0) a[r] = last_lanes(a[r], from);
  }
#pragma GCC unroll 8
  for (int c = 0; c < columns; c++) {
    vec b = kept(load(right[c] + at));
    if (from > 0) b = last_lanes(b, from);
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) sums[8 * r + c] = fma_vec(a[r], b, sums[8 * r + c]);
  }
}

/* Products of rows of left with rows of right: `rows` x 8 numbers, of which `columns` count. */
INLINE void dots(const int rows, const int columns, const float *const *left, const float *const *right, int depth,
                 float *result) {
  vec sums[8 * DOTS_ROWS];
#pragma GCC unroll 32
  for (int i = 0; i < 8 * rows; i++) sums[i] = (vec){0};
  int p = 0;
  for (; p + LANES <= depth; p += LANES) dots_step(rows, columns, left, right, p, 0, sums);
  if (p < depth && depth >= LANES) {
    dots_step(rows, columns, left, right, depth - LANES, LANES - (depth - p), sums);
    p = depth;
  }
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) {
    store4(result + 8 * r, sums_of_lanes(sums + 8 * r));
    if (columns > 4) store4(result + 8 * r + 4, sums_of_lanes(sums + 8 * r + 4));
  }
  for (; p < depth; p++) {
    for (int r = 0; r < rows; r++)
      for (int c = 0; c < columns; c++) result[8 * r + c] += left[r][p] * right[c][p];
  }
}

/* Products of one row of left with one of right, lane by lane. */
INLINE vec dot_lanes(const float *left, const float *right, int depth) {
  vec sums[4] = {{0}, {0}, {0}, {0}};
  int p = 0;
  for (; p + 4 * LANES <= depth; p += 4 * LANES) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
      sums[i] = fma_vec(load(left + p + i * LANES), load(right + p + i * LANES), sums[i]);
  }
  for (; p + LANES <= depth; p += LANES) sums[0] = fma_vec(load(left + p), load(right + p), sums[0]);
  if (p < depth && depth >= LANES) {
    const vec rest = last_lanes(load(right + depth - LANES), LANES - (depth - p));
    sums[1] = fma_vec(last_lanes(load(left + depth - LANES), LANES - (depth - p)), rest, sums[1]);
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Products of a row of left with DOTS rows of right, one after another: memory is fastest where it is read in order. */
INLINE void dots_in_turn(const float *left, const float *const *right, int depth, float *result) {
  vec sums[DOTS];
#pragma GCC unroll 1
  for (int c = 0; c < DOTS; c++) sums[c] = dot_lanes(left, right[c], depth);
  store4(result, sums_of_lanes(sums));
  if (depth >= LANES) return;
  for (int p = 0; p < depth; p++) {
    for (int c = 0; c < DOTS; c++) result[c] += left[p] * right[c][p];
  }
}

/* Rows [top, top + rows) of a block, `columns` at a time, or in turn; the last ones may be counted twice. */
INLINE void rows_by_dots(const int rows, const int columns, const int in_turn, const struct product *p,
                         const struct block *block, int top, int start, int begin, int depth) {
  const size_t n = (size_t)p->n, k = (size_t)p->k;
  const float *left[DOTS_ROWS], *right[8];
  float sums[8 * DOTS_ROWS];
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++)
    left[r] = block->left + (size_t)min_int(top + r, block->bottom - 1) * k + (size_t)begin;
#pragma GCC unroll 8
  for (int c = 0; c < columns; c++)
    right[c] = block->right + (size_t)min_int(start + c, block->end - 1) * k + (size_t)begin;
  if (in_turn) dots_in_turn(left[0], right, depth, sums);
  else dots(rows, columns, left, right, depth, sums);
  const int accumulate = p->accumulate || begin > 0;
  for (int r = 0; r < min_int(rows, block->bottom - top); r++) {
    float *result = block->result + (size_t)(top + r) * n + start;
    for (int c = 0; c < min_int(columns, block->end - start); c++)
      result[c] = accumulate ? result[c] + sums[8 * r + c] : sums[8 * r + c];
  }
}

/* A matrix of more floats is seldom in cache as a whole. */
#define STREAMED 65536

INLINE void block_by_dots(const struct product *p, const struct block *block) {
  const int step = part_of(p->k, DEPTH_OF_DOTS);
  for (int begin = 0; begin < p->k; begin += step) {
    const int depth = min_int(step, p->k - begin);
    if (block->bottom - block->top == 1 && (size_t)p->k * (size_t)p->n > STREAMED) {
      for (int j = block->start; j < block->end; j += DOTS)
        rows_by_dots(1, DOTS, 1, p, block, block->top, j, begin, depth);
    } else if (block->bottom - block->top == 1) {
      for (int j = block->start; j < block->end; j += DOTS_1)
        rows_by_dots(1, DOTS_1, 0, p, block, block->top, j, begin, depth);
    } else {
      for (int j = block->start; j < block->end; j += DOTS)
        for (int i = block->top; i < block->bottom; i += DOTS_ROWS)
          rows_by_dots(DOTS_ROWS, DOTS, 0, p, block, i, j, begin, depth);
    }
  }
}

/* Rows up to which the right side is read as it stands: registers of 4 lanes are soon filled from anywhere. */
#if LANES == 4
#define FEW_ROWS 128
#define FEW_DOTS 20
#else
#define FEW_ROWS 8
#define FEW_DOTS 8
#endif
#define VERY_FEW 8

INLINE int goes_by_dots(const struct product *p) {
  return !p->left_transposed && p->right_transposed && p->m <= FEW_DOTS;
}

INLINE int goes_by_rows(const struct product *p) {
  if (p->left_transposed || p->right_transposed || p->n < 2 * 16) return 0;
  return p->m <= VERY_FEW || (p->m <= FEW_ROWS && (size_t)p->k * (size_t)p->n <= CACHED);
}

/* Any product. Arguments as in product_of; items: blocks / grouped. */
KERNEL(product) {
  const struct product p = product_of(arena, arguments);
  for (int i = first * p.grouped; i < min_int(p.blocks, last * p.grouped); i++) {
    const struct block block = block_of(&p, i);
    if (goes_by_dots(&p)) block_by_dots(&p, &block);
    else if (goes_by_rows(&p)) block_by_rows(&p, &block);
    else block_by_panels(&p, &block);
  }
}

/* The right side of a product with at most 8 terms and 8 columns, in rows of `vecs` registers of 4, with zeros behind. */
INLINE void load_tiny(const int vecs, const struct product *p, const float *right, vec4 *b) {
  const size_t down = p->right_transposed ? 1 : (size_t)p->n, along = p->right_transposed ? (size_t)p->k : 1;
  for (int q = 0; q < p->k; q++, right += down) {
    if (!p->right_transposed && p->n == 4 * vecs) {
      for (int v = 0; v < vecs; v++) b[q * vecs + v] = load4(right + 4 * v);
    } else {
      float entries[8] = {0};
      for (int j = 0; j < p->n; j++) entries[j] = right[(size_t)j * along];
      for (int v = 0; v < vecs; v++) b[q * vecs + v] = load4(entries + 4 * v);
    }
  }
}

/* `rows` rows of such a product. */
INLINE void tiny_rows(const int rows, const int vecs, const struct product *p, const float *left, const vec4 *b,
                      float *result) {
  const size_t row = p->left_transposed ? 1 : (size_t)p->k, term = p->left_transposed ? (size_t)p->m : 1;
  vec4 sums[4];
  for (int i = 0; i < rows * vecs; i++) sums[i] = (vec4){0};
  for (int q = 0; q < p->k; q++, left += term)
    for (int r = 0; r < rows; r++)
      for (int v = 0; v < vecs; v++) sums[r * vecs + v] += splat4(left[(size_t)r * row]) * b[q * vecs + v];
  for (int r = 0; r < rows; r++, result += p->n) {
    if (p->n == 4 * vecs && !p->accumulate) {
      for (int v = 0; v < vecs; v++) store4(result + 4 * v, sums[r * vecs + v]);
    } else {
      float entries[8];
      for (int v = 0; v < vecs; v++) store4(entries + 4 * v, sums[r * vecs + v]);
      for (int j = 0; j < p->n; j++) result[j] = p->accumulate ? result[j] + entries[j] : entries[j];
    }
  }
}

INLINE void tiny_block(const int vecs, const struct product *p, const struct block *block) {
  vec4 b[16];
  load_tiny(vecs, p, block->right, b);
  const size_t row = p->left_transposed ? 1 : (size_t)p->k, n = (size_t)p->n;
  int i = block->top;
  for (; i + 2 <= block->bottom; i += 2)
    tiny_rows(2, vecs, p, block->left + (size_t)i * row, b, block->result + (size_t)i * n);
  if (i < block->bottom) tiny_rows(1, vecs, p, block->left + (size_t)i * row, b, block->result + (size_t)i * n);
}

/* At most 8 terms and 8 columns, any number of rows and matrices. Arguments and items as of product. */
KERNEL(product_of_tiny) {
  const struct product p = product_of(arena, arguments);
  for (int i = first * p.grouped; i < min_int(p.blocks, last * p.grouped); i++) {
    const struct block block = block_of(&p, i);
    if (p.n <= 4) tiny_block(1, &p, &block);
    else tiny_block(2, &p, &block);
  }
}
