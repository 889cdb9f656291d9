#include "complex.h"

/*
 * One level of the orthonormal periodic wavelet transform and of its adjoint, over rows, columns or both. With F taps,
 * F even, average k of n points is sum_j low_j x_(2k + F/2 - j), detail k the same with the other filter; averages come
 * first. Rows are combined first, a row of output at a time, into a buffer of a tile of columns and its surroundings;
 * then columns are, from there to the target. The adjoint goes the same way back.
 * Source: Mallat, A Wavelet Tour of Signal Processing, 3rd ed., sections 7.3 and 7.7.
 */

#define MOST_TAPS 64
/* Floats of a tile, and of a column of it. */
#define TILE 1024
#define MOST_INNER 64
/* Two parities of a tile, and what a filter sees around it. */
#define WINDOW (2 * TILE + (MOST_TAPS + 4) * MOST_INNER)

/* Images (outer, slice) of rows of floats. */
typedef struct {
  float *data;
  size_t row, outer, slice;
} view;

typedef struct {
  /* the corner of the image; its averages, and where its details lie: both of the corner's strides or others */
  view image, averages, details;
  int slices, images, rows, columns, inner, taps, along_rows, along_columns, rows_of_item;
  const float *low, *high;
} level;

/* Floats [from, from + size) of each of so many columns from `start` on, periodic. */
typedef struct {
  int start, count, period, inner, from, size;
} window;

static view view_of(char *arena, const word *words) {
  return (view){AT(float, arena, words[0]), words[1], words[2], words[3]};
}

static level level_of(char *arena, const word *arguments) {
  const float *low = AT(float, arena, arguments[18]);
  return (level){
      .image = view_of(arena, arguments),
      .averages = view_of(arena, arguments + 4),
      .details = view_of(arena, arguments + 8),
      .slices = (int)arguments[12],
      .images = (int)arguments[13],
      .rows = (int)arguments[14],
      .columns = (int)arguments[15],
      .inner = (int)arguments[16],
      .taps = (int)arguments[17],
      .low = low,
      .high = low + arguments[17],
      .along_rows = (int)arguments[19],
      .along_columns = (int)arguments[20],
      .rows_of_item = (int)arguments[21],
  };
}

INLINE float *row_of(const level *of, const view *in, int image, int row) {
  return in->data + (size_t)(image / of->slices) * in->outer + (size_t)(image % of->slices) * in->slice +
         (size_t)row * in->row;
}

INLINE int modulo(int a, int n) {
  const int rest = a % n;
  return rest < 0 ? rest + n : rest;
}

/* The taps of x and of y on the lines that both see, and on those, as many for each, that only one of them sees. */
typedef struct {
  int shared, own;
  const float *a, *b, *c, *d;
} bank;

/* x and y from the lines: those of both, those of x, those of y. */
static void filter(const bank *by, const float *const *lines, int at, float *x, float *y, int count) {
  const float *const *of_x = lines + by->shared, *const *of_y = of_x + by->own;
  int c = 0;
  for (; c + 4 * LANES <= count; c += 4 * LANES) {
    vec p[4] = {{0}, {0}, {0}, {0}}, q[4] = {{0}, {0}, {0}, {0}};
    for (int t = 0; t < by->shared; t++) {
      const float *line = lines[t] + at + c;
      const vec s = splat(by->a[t]), r = splat(by->b[t]);
      for (int k = 0; k < 4; k++) {
        const vec value = load(line + k * LANES);
        p[k] = fma_vec(value, s, p[k]);
        q[k] = fma_vec(value, r, q[k]);
      }
    }
    for (int t = 0; t < by->own; t++) {
      const float *line = of_x[t] + at + c, *other = of_y[t] + at + c;
      const vec s = splat(by->c[t]), r = splat(by->d[t]);
      for (int k = 0; k < 4; k++) {
        p[k] = fma_vec(load(line + k * LANES), s, p[k]);
        q[k] = fma_vec(load(other + k * LANES), r, q[k]);
      }
    }
    for (int k = 0; k < 4; k++) {
      store(x + c + k * LANES, p[k]);
      store(y + c + k * LANES, q[k]);
    }
  }
  for (; c + LANES <= count; c += LANES) {
    vec p = {0}, q = {0};
    for (int t = 0; t < by->shared; t++) {
      const vec value = load(lines[t] + at + c);
      p = fma_vec(value, splat(by->a[t]), p);
      q = fma_vec(value, splat(by->b[t]), q);
    }
    for (int t = 0; t < by->own; t++) {
      p = fma_vec(load(of_x[t] + at + c), splat(by->c[t]), p);
      q = fma_vec(load(of_y[t] + at + c), splat(by->d[t]), q);
    }
    store(x + c, p);
    store(y + c, q);
  }
  for (; c < count; c++) {
    float p = 0, q = 0;
    for (int t = 0; t < by->shared; t++) {
      const float value = lines[t][at + c];
      p += value * by->a[t];
      q += value * by->b[t];
    }
    for (int t = 0; t < by->own; t++) {
      p += of_x[t][at + c] * by->c[t];
      q += of_y[t][at + c] * by->d[t];
    }
    x[c] = p;
    y[c] = q;
  }
}

typedef uint64_t two __attribute__((aligned(4), may_alias));

/* Columns 0, 2, 4 ... and 1, 3, 5 ... of so many pairs of columns, from a row that holds them side by side. */
static void part(const float *from, float *even, float *odd, int count, int size) {
  if (size == 1) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      const pairs x = load_pairs(from + 2 * i);
      store(even + i, x.re);
      store(odd + i, x.im);
    }
    for (; i < count; i++) {
      even[i] = from[2 * i];
      odd[i] = from[2 * i + 1];
    }
  } else if (size == 2) {
    for (int i = 0; i < count; i++) {
      ((two *)even)[i] = ((const two *)from)[2 * i];
      ((two *)odd)[i] = ((const two *)from)[2 * i + 1];
    }
  } else {
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < size; c++) {
        even[i * size + c] = from[2 * i * size + c];
        odd[i * size + c] = from[(2 * i + 1) * size + c];
      }
    }
  }
}

/* The inverse of `part`; columns of the target are `inner` floats apart. */
static void join(const float *even, const float *odd, float *to, int count, int size, int inner) {
  if (inner == 1) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) store_pairs(to + 2 * i, (pairs){load(even + i), load(odd + i)});
    for (; i < count; i++) {
      to[2 * i] = even[i];
      to[2 * i + 1] = odd[i];
    }
  } else if (inner == 2) {
    for (int i = 0; i < count; i++) {
      ((two *)to)[2 * i] = ((const two *)even)[i];
      ((two *)to)[2 * i + 1] = ((const two *)odd)[i];
    }
  } else {
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < size; c++) {
        to[2 * i * inner + c] = even[i * size + c];
        to[(2 * i + 1) * inner + c] = odd[i * size + c];
      }
    }
  }
}

/* The next stretch of a window that lies in one piece, from its column i on: how many columns. */
INLINE int stretch(const window *in, int i, int *at) {
  const int column = modulo(in->start + i, in->period);
  *at = column * in->inner + in->from;
  return in->size == in->inner ? min_int(in->count - i, in->period - column) : 1;
}

/* The columns of a window that holds a whole period, of which [from, from + period) are there, in the others' places. */
static void repeat(const window *in, int from, float *x) {
  const int period = in->period * in->size, end = in->count * in->size, begin = from * in->size;
  __builtin_memcpy(x, x + period, (size_t)begin * sizeof(float));
  for (int i = begin + period, run; i < end; i += run) {
    run = min_int(period, end - i);
    __builtin_memcpy(x + i, x + i - period, (size_t)run * sizeof(float));
  }
}

static void fetch(const window *in, const bank *by, const float *const *lines, float *x, float *y) {
  const int first = modulo(-in->start, in->period);
  if (in->size == in->inner && first + in->period <= in->count) {
    const int at = first * in->size;
    filter(by, lines, in->from, x + at, y + at, in->period * in->size);
    repeat(in, first, x);
    repeat(in, first, y);
    return;
  }
  for (int i = 0, run, at; i < in->count; i += run) {
    run = stretch(in, i, &at);
    filter(by, lines, at, x + i * in->size, y + i * in->size, run * in->size);
  }
}

static void copy(const window *in, const float *line, float *x) {
  for (int i = 0, run, at; i < in->count; i += run) {
    run = stretch(in, i, &at);
    __builtin_memcpy(x + i * in->size, line + at, (size_t)(run * in->size) * sizeof(float));
  }
}

/* The columns of a row and of another, if any, filtered into averages and details of each. */
static void analyse_columns(const level *by, const bank *with, const float *const *lines, float *const averages[2],
                            float *const details[2]) {
  const int half = by->columns / 2, reach = by->taps / 2, inner = by->inner;
  const int size_most = min_int(inner, MOST_INNER), tile = max_int(1, TILE / size_most);
  float row[2][WINDOW], even[WINDOW / 2], odd[WINDOW / 2];
  const float *parts[MOST_TAPS];
  for (int from = 0; from < inner; from += size_most) {
    const int size = min_int(size_most, inner - from);
    for (int k = 0; k < half; k += tile) {
      const int count = min_int(tile, half - k);
      /* an even column at or before the first that is needed, 2k - F/2 + 1 */
      const int before = reach - 1 + (reach - 1) % 2;
      const int couples = count + (before + reach) / 2;
      const window columns = {2 * k - before, 2 * couples, by->columns, inner, from, size};
      if (by->along_rows) fetch(&columns, with, lines, row[0], row[1]);
      else copy(&columns, lines[0], row[0]);
      for (int j = 0; j < by->taps; j++) {
        const int ahead = before + reach - j;
        parts[j] = (ahead % 2 ? odd : even) + ahead / 2 * size;
      }
      for (int band = 0; band < (by->along_rows ? 2 : 1); band++) {
        part(row[band], even, odd, couples, size);
        if (size == inner) {
          filter(with, parts, 0, averages[band] + k * inner, details[band] + k * inner, count * size);
        } else {
          for (int i = 0; i < count; i++) {
            const size_t at = (size_t)(k + i) * (size_t)inner + (size_t)from;
            filter(with, parts, i * size, averages[band] + at, details[band] + at, size);
          }
        }
      }
    }
  }
}

static void analyse_row(const level *by, int image, int k) {
  const int middle = by->columns / 2 * by->inner, below = by->along_rows ? by->rows / 2 : 0;
  const bank with = {by->taps, 0, by->low, by->high, NULL, NULL};
  const float *lines[MOST_TAPS] = {row_of(by, &by->image, image, k)};
  for (int j = 0; by->along_rows && j < by->taps; j++)
    lines[j] = row_of(by, &by->image, image, modulo(2 * k + by->taps / 2 - j, by->rows));
  float *above_row = row_of(by, &by->averages, image, k);
  float *details_row = row_of(by, &by->details, image, k);
  float *below_row = row_of(by, &by->details, image, below + k);
  if (by->along_columns) {
    float *const averages[2] = {above_row, below_row};
    float *const details[2] = {details_row + middle, below_row + middle};
    analyse_columns(by, &with, lines, averages, details);
  } else filter(&with, lines, 0, above_row, below_row, by->columns * by->inner);
}

/*
 * arguments: the image (place, and floats between rows, outer and slice images), its averages, its details (the same
 * each), slices, images, rows, columns, floats of a column, taps (even), the filters of averages and of details, along
 * rows, along columns, rows of averages (or, where rows are left alone, rows) of an item; items: parts of images
 */
KERNEL(wavelet_analysis) {
  const level by = level_of(arena, arguments);
  const int rows = by.along_rows ? by.rows / 2 : by.rows;
  const int parts = (rows + by.rows_of_item - 1) / by.rows_of_item;
  for (int item = first; item < last; item++) {
    const int start = item % parts * by.rows_of_item;
    for (int k = start; k < min_int(rows, start + by.rows_of_item); k++) analyse_row(&by, item / parts, k);
  }
}

/*
 * Point 2m gathers tap F/2 + 2s of averages and details m + s, point 2m + 1 tap F/2 + 2s - 1. Lines are averages, then
 * details, of the shifts that both see; then, for even F/2, of the least one, for 2m, and of the largest, for 2m + 1.
 */
typedef struct {
  bank taps;
  int terms;
  float a[MOST_TAPS], b[MOST_TAPS], c[2], d[2];
  int shifts[MOST_TAPS + 4], detailed[MOST_TAPS + 4];
} dual;

static void dual_of(const level *by, dual *of) {
  const int half = by->taps / 2, reach = (half - 1) / 2, shared = 2 * reach + 1, own = half % 2 ? 0 : 2;
  int t = 0;
  for (int band = 0; band < 2; band++) {
    const float *filter_of = band ? by->high : by->low;
    for (int s = -reach; s <= reach; s++, t++) {
      of->a[t] = filter_of[half + 2 * s];
      of->b[t] = filter_of[half + 2 * s - 1];
      of->shifts[t] = s;
      of->detailed[t] = band;
    }
    of->c[band] = filter_of[0];
    of->d[band] = filter_of[by->taps - 1];
  }
  for (int end = 0; end < own; end++) {
    for (int band = 0; band < 2; band++, t++) {
      of->shifts[t] = end ? half / 2 : -half / 2;
      of->detailed[t] = band;
    }
  }
  of->terms = t;
  of->taps = (bank){2 * shared, own, of->a, of->b, of->c, of->d};
}

/* Two rows, or one where rows are left alone, of the image: from lines of the left and of the right half. */
static void join_columns(const level *by, const dual *with, const float *const *left, const float *const *right,
                         float *const targets[2]) {
  const int half = by->columns / 2, inner = by->inner;
  const int size_most = min_int(inner, MOST_INNER), tile = max_int(1, TILE / size_most);
  const int before = by->taps / 4 + 1;
  float averages[2][WINDOW / 2], details[2][WINDOW / 2], even[TILE + MOST_INNER], odd[TILE + MOST_INNER];
  const float *parts[MOST_TAPS + 4];
  for (int from = 0; from < inner; from += size_most) {
    const int size = min_int(size_most, inner - from);
    for (int m = 0; m < half; m += tile) {
      const int count = min_int(tile, half - m);
      const window columns = {m - before, count + 2 * before, half, inner, from, size};
      if (by->along_rows) {
        fetch(&columns, &with->taps, left, averages[0], averages[1]);
        fetch(&columns, &with->taps, right, details[0], details[1]);
      } else {
        copy(&columns, left[0], averages[0]);
        copy(&columns, right[0], details[0]);
      }
      for (int row = 0; row < (by->along_rows ? 2 : 1); row++) {
        for (int t = 0; t < with->terms; t++)
          parts[t] = (with->detailed[t] ? details : averages)[row] + (before + with->shifts[t]) * size;
        filter(&with->taps, parts, 0, even, odd, count * size);
        join(even, odd, targets[row] + 2 * (size_t)m * (size_t)inner + from, count, size, inner);
      }
    }
  }
}

static void synthesise_row(const level *by, const dual *with, int image, int m) {
  const int middle = by->columns / 2 * by->inner, half = by->rows / 2;
  const float *left[MOST_TAPS + 4], *right[MOST_TAPS + 4];
  for (int t = 0; by->along_rows && t < with->terms; t++) {
    const int k = modulo(m + with->shifts[t], half);
    const float *details = row_of(by, &by->details, image, with->detailed[t] ? half + k : k);
    left[t] = with->detailed[t] ? details : row_of(by, &by->averages, image, k);
    right[t] = details + middle;
  }
  if (!by->along_rows) {
    left[0] = row_of(by, &by->averages, image, m);
    right[0] = row_of(by, &by->details, image, m) + middle;
  }
  const int first = by->along_rows ? 2 * m : m;
  float *const targets[2] = {row_of(by, &by->image, image, first),
                             row_of(by, &by->image, image, by->along_rows ? first + 1 : first)};
  if (by->along_columns) join_columns(by, with, left, right, targets);
  else filter(&with->taps, left, 0, targets[0], targets[1], by->columns * by->inner);
}

/* arguments and items: as of wavelet_analysis; the image is the target */
KERNEL(wavelet_synthesis) {
  const level by = level_of(arena, arguments);
  const int rows = by.along_rows ? by.rows / 2 : by.rows;
  const int parts = (rows + by.rows_of_item - 1) / by.rows_of_item;
  dual with;
  dual_of(&by, &with);
  for (int item = first; item < last; item++) {
    const int start = item % parts * by.rows_of_item;
    for (int m = start; m < min_int(rows, start + by.rows_of_item); m++) synthesise_row(&by, &with, item / parts, m);
  }
}
