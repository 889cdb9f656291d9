/*
 * The kernels of runtime/kernels/source as a Node addon, on the memory that WebAssembly and threads share. It exports
 * `names`, the kernels' names in order, and `kernelAt(index, view)`, the kernel as a function of (arena, arguments,
 * first, last) on the memory of `view`; `arena` is ignored; its `address` is that of the kernel itself.
 * `kernelIn(object, symbol, view)` is the same of a kernel in an object file, which stays loaded.
 */
#include <dlfcn.h>
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
  const Bound *own = data;
  own->kernel(own->arena, (const word *)(own->arena + place), (int)first, (int)last);
  return NULL;
}

static void release(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

/* The kernel as a function, on the memory of a view. */
static napi_value bound(napi_env env, const char *name, Kernel *kernel, napi_value view) {
  napi_value result, address;
  void *arena;
  if (napi_get_typedarray_info(env, view, NULL, NULL, &arena, NULL, NULL) != napi_ok || arena == NULL)
    return fail(env, "a kernel wants a view of the whole memory");
  Bound *made = malloc(sizeof *made);
  if (made == NULL) return fail(env, "out of memory");
  made->kernel = kernel;
  made->arena = arena;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, run, made, &result) != napi_ok ||
      napi_add_finalizer(env, result, made, release, NULL, NULL) != napi_ok) {
    free(made);
    return fail(env, "the function cannot be made");
  }
  if (napi_create_double(env, (double)(uintptr_t)kernel, &address) != napi_ok ||
      napi_set_named_property(env, result, "address", address) != napi_ok)
    return fail(env, "the function cannot be described");
  return result;
}

static napi_value kernel_at(napi_env env, napi_callback_info info) {
  size_t length = 2;
  napi_value given[2];
  uint32_t index;
  if (napi_get_cb_info(env, info, &length, given, NULL, NULL) != napi_ok || length < 2 ||
      napi_get_value_uint32(env, given[0], &index) != napi_ok || index >= count)
    return fail(env, "kernelAt takes the number of a kernel and a view of the whole memory");
  return bound(env, kernels[index].name, kernels[index].kernel, given[1]);
}

/* A string, which the caller frees; NULL where it is none. */
static char *text(napi_env env, napi_value from) {
  size_t length;
  if (napi_get_value_string_utf8(env, from, NULL, 0, &length) != napi_ok) return NULL;
  char *found = malloc(length + 1);
  if (found != NULL && napi_get_value_string_utf8(env, from, found, length + 1, NULL) == napi_ok) return found;
  free(found);
  return NULL;
}

static napi_value kernel_in(napi_env env, napi_callback_info info) {
  size_t length = 3;
  napi_value given[3];
  if (napi_get_cb_info(env, info, &length, given, NULL, NULL) != napi_ok || length < 3)
    return fail(env, "kernelIn takes an object file, the name of a kernel and a view of the whole memory");
  char *object = text(env, given[0]), *symbol = text(env, given[1]);
  void *library = object == NULL || symbol == NULL ? NULL : dlopen(object, RTLD_NOW | RTLD_LOCAL);
  void *kernel = library == NULL ? NULL : dlsym(library, symbol);
  free(object);
  free(symbol);
  if (kernel == NULL) return fail(env, "the object file cannot be loaded, or lacks the kernel");
  return bound(env, "elementwise", (Kernel *)kernel, given[2]);
}

static int export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function) == napi_ok &&
         napi_set_named_property(env, exports, name, function) == napi_ok;
}

NAPI_MODULE_INIT() {
  napi_value names, name;
  if (napi_create_array_with_length(env, count, &names) != napi_ok) return NULL;
  for (uint32_t i = 0; i < count; i++) {
    if (napi_create_string_utf8(env, kernels[i].name, NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_set_element(env, names, i, name) != napi_ok)
      return NULL;
  }
  if (napi_set_named_property(env, exports, "names", names) != napi_ok ||
      !export_function(env, exports, "kernelAt", kernel_at) ||
      !export_function(env, exports, "kernelIn", kernel_in))
    return NULL;
  return exports;
}
