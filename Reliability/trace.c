// Runs a command and kills it at one of its system calls, whoever makes it: trace FROM AT COMMAND…
//
// FROM  count from the first openat whose path contains this text; the calls of every thread count
// AT    the number of the call before which the process gets SIGKILL, from 1; 0 prints how many there are
//
// Exit status: the command's, or 137.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// Whether the string at an address of the process contains `text`.
static int contains(pid_t process, unsigned long address, const char *text) {
  char path[512] = {0};
  struct iovec here = {path, sizeof path - 1}, there = {(void *)address, sizeof path - 1};
  // A string at the end of a page is shorter than the buffer.
  if (process_vm_readv(process, &here, 1, &there, 1, 0) < 0) {
    there.iov_len = here.iov_len = 4096 - address % 4096;
    if (here.iov_len >= sizeof path || process_vm_readv(process, &here, 1, &there, 1, 0) < 0) return 0;
  }
  return strstr(path, text) != NULL;
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  const char *from = arguments[1];
  int at = atoi(arguments[2]), calls = 0, counting = 0, status, result = 1;
  pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    execvp(arguments[3], arguments + 3);
    _exit(127);
  }
  waitpid(child, &status, 0);
  ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
  ptrace(PTRACE_SYSCALL, child, 0, 0);
  for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (thread == child) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int signal = WSTOPSIG(status);
    if (signal == (SIGTRAP | 0x80)) {
      struct __ptrace_syscall_info info;
      ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
      if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        if (!counting && info.entry.nr == SYS_openat) counting = contains(child, info.entry.args[1], from);
        if (counting && ++calls == at) kill(child, SIGKILL);
      }
      signal = 0;
    } else if (status >> 16 || signal == SIGSTOP || signal == SIGTRAP) {
      // A new thread, or the stop it begins with.
      signal = 0;
    }
    ptrace(PTRACE_SYSCALL, thread, 0, signal);
  }
  if (at == 0) printf("%d\n", calls);
  return result;
}
