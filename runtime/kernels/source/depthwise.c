#include "kernel.h"

/*
 * Each channel of [b, h, w, c] with a filter of its own, [kh, kw, c], zeros around: taps outside take no part.
 * arguments: images, filters, result, height, width, channels, kh, kw, top, left, rows, columns. Items are the rows of
 * all results.
 */
KERNEL(depthwise) {
  const int *a = (const int *)arguments;
  const int height = a[3], width = a[4], channels = a[5], kh = a[6], kw = a[7], top = a[8], left = a[9];
  const int rows = a[10], columns = a[11];
  const float *filters = AT(const float, arena, arguments[1]);
  for (int i = first; i < last; i++) {
    const int row = i % rows - top;
    const float *image = AT(const float, arena, arguments[0]) + (size_t)(i / rows) * height * width * channels;
    float *to = AT(float, arena, arguments[2]) + (size_t)i * columns * channels;
    const int k0 = max_int(0, -row), k1 = min_int(kh, height - row);
    for (int j = 0; j < columns; j++, to += channels) {
      const int column = j - left;
      const int l0 = max_int(0, -column), l1 = min_int(kw, width - column);
      int c = 0;
      for (; c + LANES <= channels; c += LANES) {
        vec sum = splat(0);
        for (int k = k0; k < k1; k++)
          for (int l = l0; l < l1; l++)
            sum = fma_vec(load(image + ((row + k) * width + column + l) * channels + c),
                          load(filters + (k * kw + l) * channels + c), sum);
        store(to + c, sum);
      }
      for (; c < channels; c++) {
        float sum = 0;
        for (int k = k0; k < k1; k++)
          for (int l = l0; l < l1; l++)
            sum += image[((row + k) * width + column + l) * channels + c] * filters[(k * kw + l) * channels + c];
        to[c] = sum;
      }
    }
  }
}

/* Channels that are summed at once. */
#define CHUNK 64

/*
 * Its gradient by the filters, rows summed one by one.
 * arguments: images, cotangent, result, height, width, channels, kh, kw, top, left, rows, columns, batch. Items are the
 * taps of the filter.
 */
KERNEL(depthwise_filter_gradient) {
  const int *a = (const int *)arguments;
  const int height = a[3], width = a[4], channels = a[5], kw = a[7], top = a[8], left = a[9];
  const int rows = a[10], columns = a[11], batch = a[12];
  for (int i = first; i < last; i++) {
    const int k = i / kw - top, l = i % kw - left;
    const int r0 = max_int(0, -k), r1 = min_int(rows, height - k);
    const int j0 = max_int(0, -l), j1 = min_int(columns, width - l);
    float *to = AT(float, arena, arguments[2]) + (size_t)i * channels;
    for (int begin = 0; begin < channels; begin += CHUNK) {
      const int count = min_int(CHUNK, channels - begin);
      float total[CHUNK], part[CHUNK];
      for (int c = 0; c < count; c++) total[c] = 0;
      for (int b = 0; b < batch; b++)
        for (int r = r0; r < r1; r++) {
          const float *x = AT(const float, arena, arguments[0]) +
                           (((size_t)b * height + r + k) * width + l) * channels + begin;
          const float *g = AT(const float, arena, arguments[1]) + ((size_t)b * rows + r) * columns * channels + begin;
          for (int c = 0; c < count; c++) part[c] = 0;
          for (int j = j0; j < j1; j++)
            for (int c = 0; c < count; c++) part[c] += x[j * channels + c] * g[j * channels + c];
          for (int c = 0; c < count; c++) total[c] += part[c];
        }
      for (int c = 0; c < count; c++) to[begin + c] = total[c];
    }
  }
}
