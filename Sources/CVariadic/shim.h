#pragma once
#include <stddef.h>
#include <stdint.h>

// Calls with a variable argument list, which Swift cannot make, of libraries that are loaded while the program runs.

// libcurl's: `function` is the address of curl_easy_setopt or curl_easy_getinfo.

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

// libmicrohttpd's: the address of MHD_start_daemon, told its options by an array, and of MHD_get_connection_info, asked
// for the connection's socket.

struct http_option {
  int option;
  intptr_t value;
  void *pointer;
};

typedef int (*http_handler)(
    void *receiver, void *connection, const char *path, const char *method, const char *version,
    const char *upload, size_t *upload_size, void **slot);

static inline void *http_start(
    void *function, unsigned flags, http_handler handler, void *receiver, const struct http_option *options) {
  const int array = 15, end = 0;
  return ((void *(*)(unsigned, unsigned short, void *, void *, http_handler, void *, ...))function)(
      flags, 0, NULL, NULL, handler, receiver, array, options, end);
}

static inline int http_socket(void *function, void *connection) {
  const int connection_fd = 6;
  const int *socket = ((const int *(*)(void *, int, ...))function)(connection, connection_fd);
  return socket ? *socket : -1;
}
