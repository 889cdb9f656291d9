/*
 * The innermost loops of products and convolutions: small blocks of sums that stay in registers.
 */
#pragma once
#include "kernel.h"

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#define KEEP_LOOP _Pragma("nounroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#define KEEP_LOOP _Pragma("GCC unroll 1")
#endif

/* A function that stays one: its cases are many. */
#define OUTLINE static __attribute__((noinline, unused))

/*
 * A tile is up to TILE entries that are spread over registers, by 1 or 2 registers of LANES columns: as many sums as the
 * registers hold beside the factors. (In WebAssembly 4 entries take the time of 6, and rows are often a multiple of 4.)
 */
#if defined(__wasm__)
#define TILE 4
#elif VECTOR_BYTES == 64
#define TILE 12
#else
#define TILE 6
#endif
#define WIDE (2 * LANES)

/* Calls `call(n)` with n as a constant, for 1 <= n <= TILE. */
#if TILE >= 6
#define CASES_FROM_5(call)                                                                                            \
  case 5: call(5); break;                                                                                             \
  case 6: call(6); break;
#else
#define CASES_FROM_5(call)
#endif
#if TILE >= 12
#define CASES_FROM_7(call)                                                                                            \
  case 7: call(7); break;                                                                                             \
  case 8: call(8); break;                                                                                             \
  case 9: call(9); break;                                                                                             \
  case 10: call(10); break;                                                                                           \
  case 11: call(11); break;                                                                                           \
  case 12: call(12); break;
#else
#define CASES_FROM_7(call)
#endif
#define TILE_CASES(n, call)                                                                                           \
  switch (n) {                                                                                                        \
    case 1: call(1); break;                                                                                           \
    case 2: call(2); break;                                                                                           \
    case 3: call(3); break;                                                                                           \
    case 4: call(4); break;                                                                                           \
    CASES_FROM_5(call)                                                                                                \
    CASES_FROM_7(call)                                                                                                \
  }

/* For so few entries 4 registers of columns are taken, or each sum would wait for itself. */
#define FEW 3
#define FEW_CASES(n, call)                                                                                            \
  switch (n) {                                                                                                        \
    case 1: call(1); break;                                                                                           \
    case 2: call(2); break;                                                                                           \
    case 3: call(3); break;                                                                                           \
  }

/* How many tiles of at most TILE entries cover `count`, and where the one behind tile `at` of them begins. */
INLINE int tiles_of(int count) { return (count + TILE - 1) / TILE; }
INLINE int tile_start(int count, int tiles, int at) { return (int)((int64_t)count * at / tiles); }

/* What sums of products are taken over: `rows` runs of `length` factors. */
typedef struct {
  int rows, length;
  /* entry p of run r begins at x + r x_row + p x_step; its factors in each column at w + r w_row */
  int x_row, x_step, w_row;
  /* result p stands at to + p to_step; added to what stands there, or put there */
  int to_step, add;
} Runs;

INLINE void tile_run(const int n, const int v, float *to, const float *x, const float *w, const Runs *runs) {
  vec sums[TILE][2];
  UNROLL for (int p = 0; p < n; p++) UNROLL for (int q = 0; q < v; q++) sums[p][q] = (vec){0};
  const int length = runs->length;
  for (int r = 0; r < runs->rows; r++) {
    const float *by = w + r * runs->w_row, *from[TILE];
    UNROLL for (int p = 0; p < n; p++) from[p] = x + r * runs->x_row + p * runs->x_step;
    /* one step at a time: of several clang puts all factors first, for which there are too few registers */
    KEEP_LOOP for (int e = 0; e < length; e++) {
      vec columns[2];
      UNROLL for (int q = 0; q < v; q++) columns[q] = load(by + q * LANES);
      UNROLL for (int p = 0; p < n; p++) {
        const vec entry = splat(from[p][e]);
        UNROLL for (int q = 0; q < v; q++) sums[p][q] = fma_vec(entry, columns[q], sums[p][q]);
      }
      by += v * LANES;
    }
  }
  UNROLL for (int p = 0; p < n; p++) UNROLL for (int q = 0; q < v; q++) {
    float *at = to + p * runs->to_step + q * LANES;
    store(at, runs->add ? load(at) + sums[p][q] : sums[p][q]);
  }
}

/*
 * to[p][o] = or += sum over r, e of x[r][p][e] w[r][e][o], for n entries p and v LANES columns o: the factors w lie
 * packed, v LANES a step.
 */
OUTLINE void tile(int n, int v, float *to, const float *x, const float *w, const Runs *runs) {
#define TILE_ONE(n) tile_run(n, 1, to, x, w, runs)
#define TILE_TWO(n) tile_run(n, 2, to, x, w, runs)
  if (v == 1) TILE_CASES(n, TILE_ONE)
  else TILE_CASES(n, TILE_TWO)
}

/* A sum over `count` pixels: pixel j has entries at a + j a_step and columns at b + j b_step. */
typedef struct {
  const float *a, *b;
  int a_step, b_step, count;
  float *to;
  int to_step;
} Sum;

INLINE void outer_run(const int n, const int v, const Sum *sum) {
  vec sums[TILE][4];
  UNROLL for (int p = 0; p < n; p++) UNROLL for (int q = 0; q < v; q++) sums[p][q] = (vec){0};
  const float *a = sum->a, *b = sum->b;
  KEEP_LOOP for (int j = 0; j < sum->count; j++) {
    vec columns[4];
    UNROLL for (int q = 0; q < v; q++) columns[q] = load(b + q * LANES);
    UNROLL for (int p = 0; p < n; p++) {
      const vec entry = splat(a[p]);
      UNROLL for (int q = 0; q < v; q++) sums[p][q] = fma_vec(entry, columns[q], sums[p][q]);
    }
    a += sum->a_step;
    b += sum->b_step;
  }
  UNROLL for (int p = 0; p < n; p++) UNROLL for (int q = 0; q < v; q++) {
    float *to = sum->to + p * sum->to_step + q * LANES;
    store(to, load(to) + sums[p][q]);
  }
}

/* to[p][o] += sum over the pixels of a[p] b[o], for n entries p and v LANES columns o; v is 4 for n <= FEW only. */
OUTLINE void outer_any(int n, int v, const Sum *sum) {
#define OUTER_FOUR(n) outer_run(n, 4, sum)
#define OUTER_ONE(n) outer_run(n, 1, sum)
#define OUTER_TWO(n) outer_run(n, 2, sum)
  if (v == 4) FEW_CASES(n, OUTER_FOUR)
  else if (v == 1) TILE_CASES(n, OUTER_ONE)
  else TILE_CASES(n, OUTER_TWO)
}
