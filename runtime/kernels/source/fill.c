#include "kernel.h"

/* arguments: result, entries, value, entries of an item */
KERNEL(fill) {
  const int entries = (int)arguments[1], size = (int)arguments[3];
  const float value = float_of(arguments[2]);
  float *result = AT(float, arena, arguments[0]);
  const int end = last * size < entries ? last * size : entries;
  for (int i = first * size; i < end; i++) result[i] = value;
}

/* arguments: result, source, entries, entries of an item */
KERNEL(copy) {
  const int entries = (int)arguments[2], size = (int)arguments[3];
  const float *source = AT(float, arena, arguments[1]);
  float *result = AT(float, arena, arguments[0]);
  const int end = last * size < entries ? last * size : entries;
  for (int i = first * size; i < end; i++) result[i] = source[i];
}
