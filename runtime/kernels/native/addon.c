/*
 * The kernels of runtime/kernels/source as a Node addon, on the memory that WebAssembly and threads share. It exports
 * `names`, the kernels' names in order, and `kernelAt(index, view)`, the kernel as a function of (arena, arguments,
 * first, last) on the memory of `view`; `arena` is ignored.
 */
#include <node_api.h>
#include <stdlib.h>
#include "kernel.h"

#define X(name) KERNEL(name);
#include "kernels.inc"
#undef X

typedef void Kernel(char *, const word *, int, int);

#define X(name) {#name, name},
static const struct { const char *name; Kernel *kernel; } kernels[] = {
#include "kernels.inc"
};
#undef X

static const uint32_t count = sizeof kernels / sizeof kernels[0];

typedef struct { Kernel *kernel; char *arena; } Bound;

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

static napi_value run(napi_env env, napi_callback_info info) {
  size_t length = 4;
  napi_value given[4];
  void *data;
  uint32_t place, first, last;
  if (napi_get_cb_info(env, info, &length, given, NULL, &data) != napi_ok || length < 4 ||
      napi_get_value_uint32(env, given[1], &place) != napi_ok ||
      napi_get_value_uint32(env, given[2], &first) != napi_ok ||
      napi_get_value_uint32(env, given[3], &last) != napi_ok)
    return fail(env, "a kernel takes four numbers");
  const Bound *bound = data;
  bound->kernel(bound->arena, (const word *)(bound->arena + place), (int)first, (int)last);
  return NULL;
}

static void release(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

static napi_value kernel_at(napi_env env, napi_callback_info info) {
  size_t length = 2;
  napi_value given[2], result;
  uint32_t index;
  void *arena;
  if (napi_get_cb_info(env, info, &length, given, NULL, NULL) != napi_ok || length < 2 ||
      napi_get_value_uint32(env, given[0], &index) != napi_ok || index >= count ||
      napi_get_typedarray_info(env, given[1], NULL, NULL, &arena, NULL, NULL) != napi_ok || arena == NULL)
    return fail(env, "kernelAt takes the number of a kernel and a view of the whole memory");
  Bound *bound = malloc(sizeof *bound);
  if (bound == NULL) return fail(env, "out of memory");
  bound->kernel = kernels[index].kernel;
  bound->arena = arena;
  if (napi_create_function(env, kernels[index].name, NAPI_AUTO_LENGTH, run, bound, &result) != napi_ok ||
      napi_add_finalizer(env, result, bound, release, NULL, NULL) != napi_ok) {
    free(bound);
    return fail(env, "the function cannot be made");
  }
  return result;
}

NAPI_MODULE_INIT() {
  napi_value names, name, function;
  if (napi_create_array_with_length(env, count, &names) != napi_ok) return NULL;
  for (uint32_t i = 0; i < count; i++) {
    if (napi_create_string_utf8(env, kernels[i].name, NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_set_element(env, names, i, name) != napi_ok)
      return NULL;
  }
  if (napi_set_named_property(env, exports, "names", names) != napi_ok ||
      napi_create_function(env, "kernelAt", NAPI_AUTO_LENGTH, kernel_at, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "kernelAt", function) != napi_ok)
    return NULL;
  return exports;
}
