#include "complex.h"

/*
 * The discrete Fourier transform of many lines of one length. A line l = (o, i), i the faster of the two, has its
 * entries j at o*outer + i*inner + j*step pairs, in the source and in the target, each with strides of its own. WIDTH
 * lines are transformed at once, by Stockham's autosorting passes on planes [length, width] of their real and imaginary
 * parts; the inverse has these planes exchanged. Other factors than those of `butterfly` go by Bluestein's convolution.
 * Sources: Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992, sections 1.7, 2.1 and 4.2.
 */

/* Lines of a block: work items are ranges of blocks, and the caller counts them by this number. */
#define BLOCK 16
#define MOST_RADIX 61
/* Lines that are transformed at once. */
#define WIDTH (LANES > 8 ? LANES : 8)

typedef struct { float *re, *im; } planes;

typedef struct {
  /* words: outer, inner, step */
  const word *strides;
  float *data;
} place;

typedef struct {
  int length, inner, inverse, passes, padded;
  const word *radices;
  /* of Stockham's passes: [p][k - 1][re, im] for each, and before them [r][re, im] where r has no butterfly */
  const float *twiddles;
  /* Bluestein's, or null: [length][re, im], and the transform of its mirror over `padded`: [padded][re, im] */
  const float *chirp, *spectrum;
  /* null, or what entry j of line i is multiplied by: planes [length, inner], `turn_imaginary` floats apart */
  const float *turn;
  int turn_imaginary;
} plan;

/* cos(2 pi k / r) and sin(2 pi k / r) for odd r */
INLINE float cosine(const int r, const int k) {
  if (k == 0) return 1;
  if (r == 3) return -0.5f;
  if (r == 5) return k == 1 || k == 4 ? 0.30901699437494745f : -0.8090169943749475f;
  return k == 1 || k == 6 ? 0.6234898018587336f : k == 2 || k == 5 ? -0.2225209339563144f : -0.9009688679024191f;
}

INLINE float sine(const int r, const int k) {
  if (2 * k > r) return -(r == 3 ? 0.8660254037844386f
                          : r == 5 ? (k == 4 ? 0.9510565162951535f : 0.5877852522924731f)
                          : k == 6 ? 0.7818314824680298f
                          : k == 5 ? 0.9749279121818236f
                                   : 0.4338837391175581f);
  if (k == 0) return 0;
  if (r == 3) return 0.8660254037844386f;
  if (r == 5) return k == 1 ? 0.9510565162951535f : 0.5877852522924731f;
  return k == 1 ? 0.7818314824680298f : k == 2 ? 0.9749279121818236f : 0.4338837391175581f;
}

INLINE void butterfly4(pairs *a, pairs *b, pairs *c, pairs *d) {
  const pairs e = add_pairs(*a, *c), f = subtract_pairs(*a, *c), g = add_pairs(*b, *d), h = subtract_pairs(*b, *d);
  *a = add_pairs(e, g);
  *b = subtract_turned(f, h);
  *c = subtract_pairs(e, g);
  *d = add_turned(f, h);
}

INLINE void butterfly8(pairs *x) {
  const vec half = splat(0.7071067811865476f);
  butterfly4(&x[0], &x[2], &x[4], &x[6]);
  butterfly4(&x[1], &x[3], &x[5], &x[7]);
  const pairs a = x[0], b = x[2], c = x[4], d = x[6];
  const pairs e = x[1];
  const pairs f = {(x[3].re + x[3].im) * half, (x[3].im - x[3].re) * half};
  const pairs g = x[5];
  const pairs h = {(x[7].im - x[7].re) * half, (x[7].re + x[7].im) * -half};
  x[0] = add_pairs(a, e);
  x[1] = add_pairs(b, f);
  x[2] = subtract_turned(c, g);
  x[3] = add_pairs(d, h);
  x[4] = subtract_pairs(a, e);
  x[5] = subtract_pairs(b, f);
  x[6] = add_turned(c, g);
  x[7] = subtract_pairs(d, h);
}

/* r odd: entries k and r - k together, as their sums and differences */
INLINE void butterfly_odd(const int r, pairs *x) {
  pairs sums[3], differences[3];
  const pairs first = x[0];
  pairs total = first;
  for (int k = 1; k <= r / 2; k++) {
    sums[k - 1] = add_pairs(x[k], x[r - k]);
    differences[k - 1] = subtract_pairs(x[k], x[r - k]);
    total = add_pairs(total, sums[k - 1]);
  }
  x[0] = total;
  for (int j = 1; j <= r / 2; j++) {
    pairs even = first;
    pairs odd = {splat(0), splat(0)};
    for (int k = 1; k <= r / 2; k++) {
      const vec c = splat(cosine(r, j * k % r)), s = splat(sine(r, j * k % r));
      even = (pairs){fma_vec(sums[k - 1].re, c, even.re), fma_vec(sums[k - 1].im, c, even.im)};
      odd = (pairs){fma_vec(differences[k - 1].re, s, odd.re), fma_vec(differences[k - 1].im, s, odd.im)};
    }
    x[j] = subtract_turned(even, odd);
    x[r - j] = add_turned(even, odd);
  }
}

INLINE void butterfly(const int r, pairs *x) {
  if (r == 2) {
    const pairs a = x[0], b = x[1];
    x[0] = add_pairs(a, b);
    x[1] = subtract_pairs(a, b);
  } else if (r == 4) butterfly4(&x[0], &x[1], &x[2], &x[3]);
  else if (r == 8) butterfly8(x);
  else butterfly_odd(r, x);
}

/* One pass of radix r: r subsequences of m entries, of `stride` floats each; the factors are [m][r - 1][re, im]. */
INLINE void pass(const int r, const int turned, planes from, planes to, int m, int stride, const float *factors) {
  for (int p = 0; p < m; p++, factors += 2 * (r - 1)) {
    for (int q = 0; q < stride; q += LANES) {
      pairs x[8];
      for (int k = 0; k < r; k++) {
        const int at = q + stride * (p + m * k);
        x[k] = (pairs){load(from.re + at), load(from.im + at)};
      }
      butterfly(r, x);
      for (int k = 0; k < r; k++) {
        const int at = q + stride * (r * p + k);
        if (turned && k > 0) x[k] = times(x[k], splat(factors[2 * k - 2]), splat(factors[2 * k - 1]));
        store(to.re + at, x[k].re);
        store(to.im + at, x[k].im);
      }
    }
  }
}

/* The same for any odd radix: e^(2 pi i k / r) for k < r, then the factors. */
static void pass_odd(const int r, planes from, planes to, int m, int stride, const float *roots) {
  const int half = r / 2;
  const float *factors = roots + 2 * r;
  pairs sums[MOST_RADIX / 2 + 1], differences[MOST_RADIX / 2 + 1];
  for (int p = 0; p < m; p++, factors += 2 * (r - 1)) {
    for (int q = 0; q < stride; q += LANES) {
      const int start = q + stride * p, step = stride * m;
      const pairs first = {load(from.re + start), load(from.im + start)};
      pairs total = first;
      for (int k = 1; k <= half; k++) {
        const int a = start + k * step, b = start + (r - k) * step;
        const pairs x = {load(from.re + a), load(from.im + a)}, y = {load(from.re + b), load(from.im + b)};
        sums[k] = add_pairs(x, y);
        differences[k] = subtract_pairs(x, y);
        total = add_pairs(total, sums[k]);
      }
      const int target = q + stride * r * p;
      store(to.re + target, total.re);
      store(to.im + target, total.im);
      for (int j = 1; j <= half; j++) {
        pairs even = first, odd = {splat(0), splat(0)};
        for (int k = 1, root = j; k <= half; k++, root = root + j < r ? root + j : root + j - r) {
          const vec c = splat(roots[2 * root]), s = splat(roots[2 * root + 1]);
          even = (pairs){fma_vec(sums[k].re, c, even.re), fma_vec(sums[k].im, c, even.im)};
          odd = (pairs){fma_vec(differences[k].re, s, odd.re), fma_vec(differences[k].im, s, odd.im)};
        }
        pairs x = subtract_turned(even, odd), y = add_turned(even, odd);
        if (m > 1) {
          x = times(x, splat(factors[2 * j - 2]), splat(factors[2 * j - 1]));
          y = times(y, splat(factors[2 * (r - j) - 2]), splat(factors[2 * (r - j) - 1]));
        }
        store(to.re + target + stride * j, x.re);
        store(to.im + target + stride * j, x.im);
        store(to.re + target + stride * (r - j), y.re);
        store(to.im + target + stride * (r - j), y.im);
      }
    }
  }
}

/* Full rows of neighbouring lines in the array: what the first and the last pass may read and write themselves. */
typedef struct {
  float *data;
  size_t step;
} edge;

/* The first pass, straight from the array; `exchanged` reads imaginary parts as real ones. */
INLINE void first_pass(const int r, const int exchanged, const edge *from, planes to, int m, const float *factors) {
  for (int p = 0; p < m; p++, factors += 2 * (r - 1)) {
    for (int q = 0; q < WIDTH; q += LANES) {
      pairs x[8];
      for (int k = 0; k < r; k++) {
        x[k] = load_pairs(from->data + 2 * (from->step * (size_t)(p + m * k) + (size_t)q));
        if (exchanged) x[k] = (pairs){x[k].im, x[k].re};
      }
      butterfly(r, x);
      for (int k = 0; k < r; k++) {
        const int at = q + WIDTH * (r * p + k);
        if (k > 0) x[k] = times(x[k], splat(factors[2 * k - 2]), splat(factors[2 * k - 1]));
        store(to.re + at, x[k].re);
        store(to.im + at, x[k].im);
      }
    }
  }
}

/* The last pass, straight to the array. */
INLINE void last_pass(const int r, const int exchanged, planes from, const edge *to, int rows) {
  for (int j = 0; j < rows; j++) {
    for (int q = 0; q < WIDTH; q += LANES) {
      pairs x[8];
      for (int k = 0; k < r; k++) {
        const int at = q + WIDTH * (j + rows * k);
        x[k] = (pairs){load(from.re + at), load(from.im + at)};
      }
      butterfly(r, x);
      for (int k = 0; k < r; k++) {
        if (exchanged) x[k] = (pairs){x[k].im, x[k].re};
        store_pairs(to->data + 2 * (to->step * (size_t)(j + rows * k) + (size_t)q), x[k]);
      }
    }
  }
}

#define EDGE(r, exchanged)                                                      \
  case 2 * r + exchanged:                                                       \
    if (begin) first_pass(r, exchanged, begin, to, m, factors);                 \
    else last_pass(r, exchanged, from, end, stride / WIDTH);                    \
    break

/* A pass between the array (one of `begin` and `end` is not null) and planes. */
static void edge_pass(int r, int exchanged, const edge *begin, planes from, planes to, const edge *end, int m,
                      int stride, const float *factors) {
  switch (2 * r + exchanged) {
    EDGE(4, 0);
    EDGE(4, 1);
    EDGE(5, 0);
    EDGE(5, 1);
    EDGE(8, 0);
    EDGE(8, 1);
  }
}

INLINE int has_edge(word radix) { return radix == 4 || radix == 5 || radix == 8; }

#define PASS(r)                                                     \
  case r:                                                           \
    if (m > 1) pass(r, 1, from, to, m, stride, factors);            \
    else pass(r, 0, from, to, m, stride, factors);                  \
    break

/*
 * The transform of [length, width] in `from`; gives which of the two has it. The first pass reads from
 * `begin`, if any, and the last one writes to `end`.
 */
static planes transformed(planes from, planes to, int length, int width, const plan *by, const edge *begin,
                          const edge *end) {
  const float *factors = by->twiddles;
  int m = length, stride = width;
  for (int i = 0; i < by->passes; i++) {
    const int r = (int)by->radices[i];
    m /= r;
    if (i == 0 && begin) edge_pass(r, by->inverse, begin, from, to, NULL, m, stride, factors);
    else if (i == by->passes - 1 && end) edge_pass(r, by->inverse, NULL, from, to, end, m, stride, factors);
    else {
      switch (r) {
        PASS(2);
        PASS(3);
        PASS(4);
        PASS(5);
        PASS(7);
        PASS(8);
        default:
          pass_odd(r, from, to, m, stride, factors);
          factors += 2 * r;
      }
    }
    factors += 2 * (r - 1) * m;
    stride *= r;
    const planes other = from;
    from = to;
    to = other;
  }
  return from;
}

/* Row by row times a factor that its entries share. */
INLINE void scaled(planes x, int rows, int width, const float *factors) {
  for (int j = 0; j < rows; j++) {
    const vec re = splat(factors[2 * j]), im = splat(factors[2 * j + 1]);
    for (int q = j * width; q < (j + 1) * width; q += LANES) {
      const pairs y = times((pairs){load(x.re + q), load(x.im + q)}, re, im);
      store(x.re + q, y.re);
      store(x.im + q, y.im);
    }
  }
}

/* Bluestein: the products jk are halves of j^2 + k^2 - (j - k)^2, so that the transform is a convolution. */
static planes convolved(planes from, planes to, int width, const plan *by) {
  scaled(from, by->length, width, by->chirp);
  const size_t rest = (size_t)(by->padded - by->length) * (size_t)width * sizeof(float);
  __builtin_memset(from.re + by->length * width, 0, rest);
  __builtin_memset(from.im + by->length * width, 0, rest);
  const planes spectrum = transformed(from, to, by->padded, width, by, NULL, NULL);
  scaled(spectrum, by->padded, width, by->spectrum);
  const planes other = spectrum.re == from.re ? to : from;
  const planes turned = transformed((planes){spectrum.im, spectrum.re}, (planes){other.im, other.re}, by->padded,
                                    width, by, NULL, NULL);
  const planes result = {turned.im, turned.re};
  scaled(result, by->length, width, by->chirp);
  return result;
}

/* Line l of a place. */
INLINE float *line_of(const place *in, int inner, int l) {
  return in->data + 2 * ((size_t)in->strides[0] * (size_t)(l / inner) + (size_t)in->strides[1] * (size_t)(l % inner));
}

/* Neighbouring lines side by side; `width` is `count` rounded up to whole registers. */
INLINE void gather_columns(const float *from, size_t step, planes to, int rows, int count, int width) {
  for (int j = 0; j < rows; j++, from += 2 * step) {
    float *re = to.re + j * width, *im = to.im + j * width;
    int q = 0;
    for (; q + LANES <= count; q += LANES) {
      const pairs x = load_pairs(from + 2 * q);
      store(re + q, x.re);
      store(im + q, x.im);
    }
    for (; q < width; q++) {
      re[q] = q < count ? from[2 * q] : 0;
      im[q] = q < count ? from[2 * q + 1] : 0;
    }
  }
}

INLINE void scatter_columns(planes from, float *to, size_t step, int rows, int count, int width) {
  for (int j = 0; j < rows; j++, to += 2 * step) {
    const float *re = from.re + j * width, *im = from.im + j * width;
    int q = 0;
    for (; q + LANES <= count; q += LANES) store_pairs(to + 2 * q, (pairs){load(re + q), load(im + q)});
    for (; q < count; q++) {
      to[2 * q] = re[q];
      to[2 * q + 1] = im[q];
    }
  }
}

/* Entries of lines that are moved together: a cache line where many lines are wider than the cache, else all. */
#define STRETCH (LANES > 4 ? 8 : 1 << 30)

/* Lines whose entries are neighbours, by stretches: four lines of two pairs become four columns. */
INLINE void gather_lines(float *const *lines, planes to, int rows, int width) {
  for (int start = 0; start < rows; start += STRETCH) {
    const int end = min_int(start + STRETCH, rows);
    for (int q = 0; q < width; q += 4) {
      int j = start;
      for (; j + 2 <= end; j += 2) {
        vec4 x[4];
        for (int k = 0; k < 4; k++) x[k] = load4(lines[q + k] + 2 * j);
        transpose4(x);
        store4(to.re + j * width + q, x[0]);
        store4(to.im + j * width + q, x[1]);
        store4(to.re + (j + 1) * width + q, x[2]);
        store4(to.im + (j + 1) * width + q, x[3]);
      }
      for (int k = 0; k < 4 && j < end; k++) {
        to.re[j * width + q + k] = lines[q + k][2 * j];
        to.im[j * width + q + k] = lines[q + k][2 * j + 1];
      }
    }
  }
}

INLINE void scatter_lines(planes from, float *const *lines, int rows, int count, int width) {
  for (int start = 0; start < rows; start += STRETCH) {
    const int end = min_int(start + STRETCH, rows);
    for (int q = 0; q < count; q += 4) {
      const int whole = q + 4 <= count;
      int j = start;
      for (; whole && j + 2 <= end; j += 2) {
        vec4 x[4] = {load4(from.re + j * width + q), load4(from.im + j * width + q),
                     load4(from.re + (j + 1) * width + q), load4(from.im + (j + 1) * width + q)};
        transpose4(x);
        for (int k = 0; k < 4; k++) store4(lines[q + k] + 2 * j, x[k]);
      }
      for (; j < end; j++) {
        for (int k = q; k < min_int(q + 4, count); k++) {
          lines[k][2 * j] = from.re[j * width + k];
          lines[k][2 * j + 1] = from.im[j * width + k];
        }
      }
    }
  }
}

static void gather(const place *from, planes to, int inner, int first, int count, int rows, int width) {
  const size_t step = from->strides[2];
  float *lines[WIDTH];
  for (int q = 0; q < width; q++) lines[q] = line_of(from, inner, first + min_int(q, count - 1));
  if (from->strides[1] == 1 && first % inner + count <= inner) gather_columns(lines[0], step, to, rows, count, width);
  else if (step == 1) gather_lines(lines, to, rows, width);
  else {
    for (int j = 0; j < rows; j++) {
      for (int q = 0; q < width; q++) {
        to.re[j * width + q] = lines[q][2 * step * (size_t)j];
        to.im[j * width + q] = lines[q][2 * step * (size_t)j + 1];
      }
    }
  }
}

static void scatter(planes from, const place *to, int inner, int first, int count, int rows, int width) {
  const size_t step = to->strides[2];
  float *lines[WIDTH];
  for (int q = 0; q < width; q++) lines[q] = line_of(to, inner, first + min_int(q, count - 1));
  if (to->strides[1] == 1 && first % inner + count <= inner) scatter_columns(from, lines[0], step, rows, count, width);
  else if (step == 1) scatter_lines(from, lines, rows, count, width);
  else {
    for (int j = 0; j < rows; j++) {
      for (int q = 0; q < count; q++) {
        lines[q][2 * step * (size_t)j] = from.re[j * width + q];
        lines[q][2 * step * (size_t)j + 1] = from.im[j * width + q];
      }
    }
  }
}

/* The factors between the two halves of a long line; what stands in lanes without a line is never stored. */
INLINE void turn(planes x, const plan *by, int column, int width) {
  for (int j = 0; j < by->length; j++) {
    const float *factors = by->turn + j * by->inner + column;
    for (int q = 0; q < width; q += LANES) {
      const int at = j * width + q;
      const pairs y = times((pairs){load(x.re + at), load(x.im + at)}, load(factors + q),
                            load(factors + by->turn_imaginary + q));
      store(x.re + at, y.re);
      store(x.im + at, y.im);
    }
  }
}

/* Whether so many lines lie side by side in full registers. */
INLINE int abreast(const place *in, int inner, int first, int count) {
  return count == WIDTH && in->strides[1] == 1 && first % inner + count <= inner;
}

static void transform_lines(const place *from, const place *to, const plan *by, int first, int count, float *room) {
  const int width = (count + LANES - 1) / LANES * LANES;
  const int plane = by->padded * width + 16;
  const planes x = {room, room + plane}, y = {room + 2 * plane, room + 3 * plane};
  const edge source = {line_of(from, by->inner, first), from->strides[2]};
  const edge target = {line_of(to, by->inner, first), to->strides[2]};
  const int several = by->passes > 1 && !by->chirp;
  const edge *begin = several && has_edge(by->radices[0]) && abreast(from, by->inner, first, count) ? &source : NULL;
  const edge *end =
      several && !by->turn && has_edge(by->radices[by->passes - 1]) && abreast(to, by->inner, first, count) ? &target : NULL;
  if (!begin) gather(from, by->inverse ? (planes){x.im, x.re} : x, by->inner, first, count, by->length, width);
  planes result = by->chirp ? convolved(x, y, width, by) : transformed(x, y, by->length, width, by, begin, end);
  if (end) return;
  if (by->turn) turn(result, by, first % by->inner, width);
  if (by->inverse) result = (planes){result.im, result.re};
  scatter(result, to, by->inner, first, count, by->length, width);
}

/*
 * arguments: source, target, length, padded length (the length itself without Bluestein), lines, inner, lines of a
 * group (blocks do not cross groups), inverse, strides of the source (3), strides of the target (3), twiddles, chirp or
 * 0, spectrum, turn or 0, floats between its planes, room, floats of room for an item, blocks, blocks of an item,
 * passes, radices ... ; room for an item is 4 planes of [padded, BLOCK] floats, and 16 more for each
 */
KERNEL(fourier) {
  const place from = {arguments + 8, AT(float, arena, arguments[0])};
  const place to = {arguments + 11, AT(float, arena, arguments[1])};
  const plan by = {
      .length = (int)arguments[2],
      .padded = (int)arguments[3],
      .inner = (int)arguments[5],
      .inverse = (int)arguments[7],
      .twiddles = AT(float, arena, arguments[14]),
      .chirp = arguments[15] ? AT(float, arena, arguments[15]) : NULL,
      .spectrum = AT(float, arena, arguments[16]),
      .turn = arguments[17] ? AT(float, arena, arguments[17]) : NULL,
      .turn_imaginary = (int)arguments[18],
      .passes = (int)arguments[23],
      .radices = arguments + 24,
  };
  const int group = (int)arguments[6], blocks = (int)arguments[21], each = (int)arguments[22];
  const int along = (group + BLOCK - 1) / BLOCK;
  for (int item = first; item < last; item++) {
    float *room = AT(float, arena, arguments[19]) + (size_t)item * arguments[20];
    for (int block = item * each; block < min_int(blocks, (item + 1) * each); block++) {
      const int start = block / along * group + block % along * BLOCK;
      const int end = min_int(start + BLOCK, (block / along + 1) * group);
      for (int line = start; line < end; line += WIDTH)
        transform_lines(&from, &to, &by, line, min_int(WIDTH, end - line), room);
    }
  }
}

/* atan2 by a polynomial of the smaller over the larger part, within 2e-8: Abramowitz and Stegun, 4.4.49. */
INLINE vec chosen(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }

INLINE vec argument_of(pairs z) {
  const ivec positive = (ivec){0} + 0x7fffffff;
  const vec re = (vec)((ivec)z.re & positive), im = (vec)((ivec)z.im & positive);
  const ivec steep = im > re;
  const vec larger = chosen(steep, im, re), smaller = chosen(steep, re, im);
  const vec none = splat(0), one = splat(1);
  vec t = chosen(larger == none, none, smaller / larger);
  t = chosen(smaller == larger, chosen(larger == none, none, one), t);
  const vec s = t * t;
  vec y = splat(0.0028662257f);
  y = fma_vec(y, s, splat(-0.0161657367f));
  y = fma_vec(y, s, splat(0.0429096138f));
  y = fma_vec(y, s, splat(-0.0752896400f));
  y = fma_vec(y, s, splat(0.1065626393f));
  y = fma_vec(y, s, splat(-0.1420889944f));
  y = fma_vec(y, s, splat(0.1999355085f));
  y = fma_vec(y, s, splat(-0.3333314528f));
  y = fma_vec(y * s, t, t);
  y = chosen(steep, splat(1.5707963267948966f) - y, y);
  y = chosen(z.re < none, splat(3.141592653589793f) - y, y);
  y = chosen(z.im < none, -y, y);
  return chosen((z.re != z.re) | (z.im != z.im), z.re + z.im, y);
}

/* arguments: pairs, result, entries, entries of an item */
KERNEL(phase) {
  const float *from = AT(float, arena, arguments[0]);
  float *to = AT(float, arena, arguments[1]);
  const int entries = (int)arguments[2], size = (int)arguments[3];
  const int end = min_int(last * size, entries);
  int i = first * size;
  for (; i + LANES <= end; i += LANES) store(to + i, argument_of(load_pairs(from + 2 * i)));
  if (i < end) {
    float rest[2 * LANES] = {0}, arguments_of[LANES];
    for (int k = 0; k < 2 * (end - i); k++) rest[k] = from[2 * i + k];
    store(arguments_of, argument_of(load_pairs(rest)));
    for (int k = 0; i + k < end; k++) to[i + k] = arguments_of[k];
  }
}
