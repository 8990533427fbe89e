// An OpenCL loader that fails when told to. Compiled as libOpenCL.so.1 and found first by LD_LIBRARY_PATH, it passes
// every call on to the real loader, whose path is OPENCL_REAL, but for call number OPENCL_FAIL_AT (from 1), which fails
// with OPENCL_CODE (-5, out of resources); with OPENCL_FOREVER all that follow fail too. At the end the number of
// calls is written to the file OPENCL_COUNT.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void *real;
static long calls, fail_at;
static int forever, code = -5;

static void finish(void) {
  const char *path = getenv("OPENCL_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", calls);
  fclose(file);
}

__attribute__((constructor)) static void begin(void) {
  real = dlopen(getenv("OPENCL_REAL"), RTLD_NOW | RTLD_LOCAL);
  if (!real) exit(99);
  if (getenv("OPENCL_FAIL_AT")) fail_at = atol(getenv("OPENCL_FAIL_AT"));
  if (getenv("OPENCL_CODE")) code = atoi(getenv("OPENCL_CODE"));
  forever = getenv("OPENCL_FOREVER") != NULL;
  atexit(finish);
}

static int fails(void) {
  long call = __sync_add_and_fetch(&calls, 1);
  return fail_at && (call == fail_at || (forever && call > fail_at));
}

typedef intptr_t word;

// Calls that return an error. All arguments are words or smaller, as the calling convention passes them.
#define CODE(name, parameters, arguments) \
  int name parameters { \
    static int (*next) parameters; \
    if (!next) next = (int(*) parameters)dlsym(real, #name); \
    return fails() ? code : next arguments; \
  }
// Calls that return an object, and the error through their last argument.
#define OBJECT(name, parameters, arguments) \
  void *name parameters { \
    static void *(*next) parameters; \
    if (!next) next = (void *(*) parameters)dlsym(real, #name); \
    if (!fails()) return next arguments; \
    if (error) *error = code; \
    return NULL; \
  }

CODE(clGetPlatformIDs, (uint32_t a, word b, word c), (a, b, c))
CODE(clGetPlatformInfo, (word a, uint32_t b, word c, word d, word e), (a, b, c, d, e))
CODE(clGetDeviceIDs, (word a, uint64_t b, uint32_t c, word d, word e), (a, b, c, d, e))
CODE(clGetDeviceInfo, (word a, uint32_t b, word c, word d, word e), (a, b, c, d, e))
OBJECT(clCreateContext, (word a, uint32_t b, word c, word d, word e, int *error), (a, b, c, d, e, error))
OBJECT(clCreateCommandQueue, (word a, word b, uint64_t c, int *error), (a, b, c, error))
OBJECT(clCreateBuffer, (word a, uint64_t b, word c, word d, int *error), (a, b, c, d, error))
OBJECT(clCreateProgramWithSource, (word a, uint32_t b, word c, word d, int *error), (a, b, c, d, error))
OBJECT(clCreateProgramWithBinary, (word a, uint32_t b, word c, word d, word e, word f, int *error),
       (a, b, c, d, e, f, error))
CODE(clBuildProgram, (word a, uint32_t b, word c, word d, word e, word f), (a, b, c, d, e, f))
CODE(clGetProgramInfo, (word a, uint32_t b, word c, word d, word e), (a, b, c, d, e))
CODE(clGetProgramBuildInfo, (word a, word b, uint32_t c, word d, word e, word f), (a, b, c, d, e, f))
OBJECT(clCreateKernel, (word a, word b, int *error), (a, b, error))
CODE(clSetKernelArg, (word a, uint32_t b, word c, word d), (a, b, c, d))
CODE(clEnqueueNDRangeKernel, (word a, word b, uint32_t c, word d, word e, word f, uint32_t g, word h, word i),
     (a, b, c, d, e, f, g, h, i))
CODE(clEnqueueReadBuffer, (word a, word b, uint32_t c, word d, word e, word f, uint32_t g, word h, word i),
     (a, b, c, d, e, f, g, h, i))
CODE(clEnqueueWriteBuffer, (word a, word b, uint32_t c, word d, word e, word f, uint32_t g, word h, word i),
     (a, b, c, d, e, f, g, h, i))
CODE(clWaitForEvents, (uint32_t a, word b), (a, b))
CODE(clFlush, (word a), (a))
CODE(clFinish, (word a), (a))
CODE(clReleaseEvent, (word a), (a))
CODE(clReleaseMemObject, (word a), (a))
CODE(clReleaseKernel, (word a), (a))
CODE(clReleaseProgram, (word a), (a))
CODE(clReleaseCommandQueue, (word a), (a))
CODE(clReleaseContext, (word a), (a))
