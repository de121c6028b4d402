/*
 * hop: what one more process on the way of bytes costs at least, in CPU time: it waits with epoll, reads, and writes.
 *
 * Bytes go from this program through one process and back, or through two, one message at a time. The CPU time of two less
 * that of one is what the machine asks for a hop; what a server's link takes beyond it is the server's own.
 *
 *     cc -O2 -Wall -Wextra -o hop hop.c; ./hop MESSAGES BYTES [CORE-OF-THE-HOPS CORE-OF-THIS]      Linux only
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BUFFER = 1 << 16, STALL_SECONDS = 60 };

static char buffer[BUFFER];

static void check(int done, const char *what) {
  if (done < 0) {
    perror(what);
    exit(1);
  }
}

static void pin(int number) {
  size_t core = (size_t)number;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  check(sched_setaffinity(0, sizeof set, &set), "cannot pin");
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int send_at_once(int fd) {
  int yes = 1;
  check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "setsockopt");
  return fd;
}

static int listen_somewhere(int *port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  check(bind(fd, (struct sockaddr *)&address, length), "bind");
  check(listen(fd, 1), "listen");
  check(getsockname(fd, (struct sockaddr *)&address, &length), "getsockname");
  *port = ntohs(address.sin_port);
  return fd;
}

static int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(port);
  check(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
  return send_at_once(fd);
}

static void write_all(int fd, int bytes) {
  for (int at = 0; at < bytes;) {
    ssize_t written = write(fd, buffer + at, (size_t)(bytes - at));
    check((int)written, "write");
    at += (int)written;
  }
}

/* Passes on what comes until its sender closes. */
static void pass_on(int listening, int next_port) {
  int next = connect_to(next_port);
  int from = accept(listening, NULL, NULL);
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, from, &event), "epoll_ctl");
  for (;;) {
    check(epoll_wait(epoll, &event, 1, -1), "epoll_wait");
    ssize_t got = read(from, buffer, BUFFER);
    if (got <= 0) _exit(0);
    write_all(next, (int)got);
  }
}

/* CPU microseconds a message of all processes on the way. */
static double cost(int hops, int messages, int bytes, int core, int own_core) {
  int port, next_port;
  int back = listen_somewhere(&next_port);
  pid_t processes[2];
  for (int i = 0; i < hops; i++) {
    int listening = listen_somewhere(&port);
    processes[i] = fork();
    check(processes[i], "fork");
    if (processes[i] == 0) {
      alarm(STALL_SECONDS);
      if (core >= 0) pin(core);
      pass_on(listening, next_port);
    }
    close(listening);
    next_port = port;
  }
  if (own_core >= 0) pin(own_core);
  int to = connect_to(next_port);
  int from = accept(back, NULL, NULL);
  for (int i = 0; i < messages; i++) {
    write_all(to, bytes);
    for (int got = 0; got < bytes;) {
      ssize_t more = read(from, buffer, BUFFER);
      check(more > 0 ? 0 : -1, "read");
      got += (int)more;
    }
  }
  close(to);
  double micros = 0;
  for (int i = 0; i < hops; i++) {
    struct rusage usage;
    check(wait4(processes[i], NULL, 0, &usage), "wait");
    micros += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  }
  close(from);
  close(back);
  return micros / messages;
}

int main(int count, char **arguments) {
  int messages = count > 2 ? atoi(arguments[1]) : 0, bytes = count > 2 ? atoi(arguments[2]) : 0;
  if (messages < 1 || bytes < 1 || bytes > BUFFER || (count != 3 && count != 5)) {
    fputs("hop MESSAGES BYTES [CORE-OF-THE-HOPS CORE-OF-THIS]\n", stderr);
    return 1;
  }
  int core = count == 5 ? atoi(arguments[3]) : -1, own_core = count == 5 ? atoi(arguments[4]) : -1;
  alarm(STALL_SECONDS);
  double one = cost(1, messages, bytes, core, own_core), two = cost(2, messages, bytes, core, own_core);
  printf("{\"bytes\":%d,\"one\":%.2f,\"two\":%.2f,\"hop\":%.2f}\n", bytes, one, two, two - one);
  return 0;
}
