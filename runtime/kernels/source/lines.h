/* Lines of an array, read into planes and written from them. */
#pragma once
#include "stockham.h"

/*
 * A line l = (o, i), i the faster of the two, below `inner`, has its entry j at o*outer + i*inner + j*step: pairs, or
 * floats where the kernel says so.
 */
typedef struct {
  /* words: outer, inner, step */
  const word *strides;
  float *data;
} place;

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

/* Line l of a place of floats. */
INLINE float *float_line(const place *in, int inner, int l) {
  return in->data + ((size_t)in->strides[0] * (size_t)(l / inner) + (size_t)in->strides[1] * (size_t)(l % inner));
}

/* The same of floats, from the entry `start` on, every `stride`-th of them. */
static void gather_floats(const place *from, float *to, int inner, int first, int count, int rows, int width,
                          size_t start, size_t stride) {
  const size_t step = from->strides[2] * stride;
  const float *lines[WIDTH];
  for (int q = 0; q < width; q++)
    lines[q] = float_line(from, inner, first + min_int(q, count - 1)) + from->strides[2] * start;
  const int abreast = from->strides[1] == 1 && first % inner + count <= inner;
  for (int j = 0; j < rows; j++) {
    int q = 0;
    for (; abreast && q + LANES <= count; q += LANES) store(to + j * width + q, load(lines[q] + step * (size_t)j));
    for (; q < width; q++) to[j * width + q] = lines[q][step * (size_t)j];
  }
}

static void scatter_floats(const float *from, const place *to, int inner, int first, int count, int rows, int width,
                           size_t start, size_t stride) {
  const size_t step = to->strides[2] * stride;
  float *lines[WIDTH];
  for (int q = 0; q < count; q++) lines[q] = float_line(to, inner, first + q) + to->strides[2] * start;
  const int abreast = to->strides[1] == 1 && first % inner + count <= inner;
  for (int j = 0; j < rows; j++) {
    int q = 0;
    for (; abreast && q + LANES <= count; q += LANES) store(lines[q] + step * (size_t)j, load(from + j * width + q));
    for (; q < count; q++) lines[q][step * (size_t)j] = from[j * width + q];
  }
}
