// A library to preload: makes one call of the C library fail, or kills the process there.
//
// FAULT_FROM   count from the first open whose path contains this text (a call of every thread counts)
// FAULT_AT     the number of the call, from 1; 0 only counts
// FAULT_KIND   kill: SIGKILL before the call
//              half: the call writes half of what it was asked to
//              lie: the call says that it wrote, and writes nothing
//              a number: the call fails with this errno
// FAULT_EVER   set: every call from there on fails, as on a disk that stays full
// FAULT_LOG    where a line with the name of each call goes
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int counting, calls;

static const char *setting(const char *name) {
  const char *text = getenv(name);
  return text ? text : "";
}

static void look(const char *path) {
  const char *from = setting("FAULT_FROM");
  if (*from && strstr(path, from)) counting = 1;
}

// 0: go on. Else the fault that is due: 1 half, 2 lie, else -errno.
static int fault(const char *name) {
  if (!counting) return 0;
  int number = ++calls;
  const char *log = setting("FAULT_LOG");
  if (*log) {
    char line[64];
    int length = snprintf(line, sizeof line, "%s\n", name);
    int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    syscall(SYS_write, file, line, length);
    syscall(SYS_close, file);
  }
  int at = atoi(setting("FAULT_AT"));
  if (at == 0 || number < at || (number > at && !*setting("FAULT_EVER"))) return 0;
  const char *kind = setting("FAULT_KIND");
  if (!strcmp(kind, "kill")) kill(getpid(), SIGKILL);
  if (!strcmp(kind, "half")) return 1;
  if (!strcmp(kind, "lie")) return 2;
  return -atoi(kind);
}

#define NEXT(name) \
  static __typeof__(&name) next; \
  if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define FAIL(name) \
  int due = fault(#name); \
  if (due < 0) { errno = -due; return -1; }
#define WRAP(result, name, parameters, arguments) \
  result name parameters { NEXT(name); FAIL(name); return next arguments; }

int open(const char *path, int flags, ...) {
  NEXT(open);
  va_list list;
  va_start(list, flags);
  int mode = va_arg(list, int);
  va_end(list);
  look(path);
  FAIL(open);
  return next(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
  NEXT(openat);
  va_list list;
  va_start(list, flags);
  int mode = va_arg(list, int);
  va_end(list);
  look(path);
  FAIL(openat);
  return next(folder, path, flags, mode);
}

ssize_t write(int file, const void *bytes, size_t count) {
  NEXT(write);
  // Standard error stays, for the sentences that are to be seen.
  if (file == 2) return next(file, bytes, count);
  FAIL(write);
  if (due == 2) return count;
  return next(file, bytes, due == 1 && count > 1 ? count / 2 : count);
}

// Some systems tell of a failed write at close; the descriptor is closed all the same.
int close(int file) {
  NEXT(close);
  int due = fault("close");
  int result = next(file);
  if (due < 0) { errno = -due; return -1; }
  return result;
}

int posix_fallocate(int file, off_t start, off_t length) {
  NEXT(posix_fallocate);
  int due = fault("posix_fallocate");
  return due < 0 ? -due : next(file, start, length);
}

struct dirent *readdir(DIR *list) {
  NEXT(readdir);
  int due = fault("readdir");
  if (due < 0) { errno = -due; return NULL; }
  return next(list);
}

WRAP(ssize_t, read, (int file, void *bytes, size_t count), (file, bytes, count))
WRAP(ssize_t, pread, (int file, void *bytes, size_t count, off_t at), (file, bytes, count, at))
WRAP(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))
WRAP(int, fsync, (int file), (file))
WRAP(int, fchmod, (int file, mode_t mode), (file, mode))
WRAP(int, fchown, (int file, uid_t owner, gid_t group), (file, owner, group))
WRAP(int, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
WRAP(int, flock, (int file, int operation), (file, operation))
WRAP(int, ftruncate, (int file, off_t length), (file, length))
WRAP(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
WRAP(int, faccessat, (int folder, const char *path, int mode, int flags), (folder, path, mode, flags))
WRAP(int, stat, (const char *path, struct stat *status), (path, status))
WRAP(int, lstat, (const char *path, struct stat *status), (path, status))
WRAP(int, fstat, (int file, struct stat *status), (file, status))
WRAP(int, fstatat, (int folder, const char *path, struct stat *status, int flags), (folder, path, status, flags))
