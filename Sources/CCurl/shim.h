#pragma once
#include <stddef.h>

// libcurl's calls with a variable argument list, which Swift cannot make. `function` is the address
// of curl_easy_setopt or curl_easy_getinfo in a library that was loaded while the program ran.

static inline int curl_set_number(void *function, void *handle, int option, long value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int curl_set_pointer(void *function, void *handle, int option, const void *value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

typedef size_t (*curl_writer)(char *bytes, size_t size, size_t count, void *receiver);

static inline int curl_set_writer(void *function, void *handle, int option, curl_writer value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int curl_get(void *function, void *handle, int info, void *result) {
  return ((int (*)(void *, int, ...))function)(handle, info, result);
}
