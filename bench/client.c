/* See client.h. */
#define _GNU_SOURCE
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  CONNECTIONS_PER_ADDRESS = 20000,        /* below the usual range of ephemeral ports */
  ADDRESSES_PER_RUN = 16                  /* each run has its own: the ports of those before it are free only later */
};

/* ---------------------------------------------------------------- the machine */

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

void *allocate(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) die("out of memory");
  return memory;
}

static int64_t nanoseconds_of(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) die("cannot read a clock: %s", strerror(errno));
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int64_t now_ns(void) {
  return nanoseconds_of(CLOCK_MONOTONIC);
}

/* By the process's clock and not by /proc, which counts in hundredths of a second. */
double cpu_of(int process) {
  clockid_t clock;
  if (clock_getcpuclockid(process, &clock) != 0) die("no process %d", process);
  return (double)nanoseconds_of(clock) / 1e9;
}

void allow_many_files(int needed) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if ((rlim_t)needed + 16 > limit.rlim_cur)
    die("%d connections need more than the %lu files that `ulimit -n` allows", needed, (unsigned long)limit.rlim_cur);
}

/* ---------------------------------------------------------------- messages */

size_t append(char *message, size_t length, const char *text, size_t count) {
  if (length + count > MAX_MESSAGE) die("a message is longer than %d bytes", MAX_MESSAGE);
  memcpy(message + length, text, count);
  return length + count;
}

static size_t append_number(char *message, size_t length, long value) {
  char digits[24];
  return append(message, length, digits, (size_t)snprintf(digits, sizeof digits, "%ld", value));
}

size_t fill(char *message, const char *template, const struct values *values) {
  size_t length = 0;
  for (const char *at = template; *at; at++) {
    int pair = *at == '%' || *at == '\\' ? (*at << 8) | at[1] : 0;
    switch (pair) {
      case ('%' << 8) | 'P': length = append(message, length, values->payload, (size_t)values->size); break;
      case ('%' << 8) | 'L': length = append_number(message, length, values->size); break;
      case ('%' << 8) | 'N':
      case ('%' << 8) | 'I': length = append_number(message, length, values->number); break;
      case ('%' << 8) | 'T': length = append_number(message, length, values->topic); break;
      case ('\\' << 8) | 'n': length = append(message, length, "\r\n", 2); break;
      default: length = append(message, length, at, 1); continue;
    }
    at++;
  }
  return length;
}

void make_filling(char *payload, int size) {
  memset(payload, 'x', (size_t)size);
  payload[0] = payload[size - 1] = '"';
}

/* ---------------------------------------------------------------- connections */

static void write_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(fd, bytes, count);
    if (written < 0 && errno == EAGAIN) {
      usleep(50);
      continue;
    }
    if (written < 0) die("cannot write: %s", strerror(errno));
    bytes += written;
    count -= (size_t)written;
  }
}

int open_connection(int port, int index, int receive_buffer) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("cannot open a socket: %s", strerror(errno));
  int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (receive_buffer > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);

  /* Further loopback addresses for more connections than one has ports; the port is chosen when it connects. */
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  uint32_t address = (uint32_t)(getpid() % 60000 * ADDRESSES_PER_RUN + index / CONNECTIONS_PER_ADDRESS);
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + address);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0
      || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
    die("cannot connect to port %d: %s", port, strerror(errno));
  return fd;
}

/* Byte by byte, so that what is right behind the head stays in the socket. */
static void expect_status(int fd, int status) {
  char answer[2048], expected[32];
  size_t length = 0;
  while (length < 4 || memcmp(answer + length - 4, "\r\n\r\n", 4) != 0) {
    if (length == sizeof answer - 1) die("the head of an answer does not end");
    if (read(fd, answer + length, 1) != 1) die("the server closed before it answered");
    length++;
  }
  answer[length] = 0;
  snprintf(expected, sizeof expected, "HTTP/1.1 %d ", status);
  if (strncmp(answer, expected, strlen(expected)) != 0) die("no %d: %s", status, answer);
}

void request(int fd, int port, const char *path, const char *headers, int status) {
  char text[2048];
  int length = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", path, port, headers);
  if (length >= (int)sizeof text) die("a request is longer than %zu bytes", sizeof text - 1);
  write_all(fd, text, (size_t)length);
  expect_status(fd, status);
}

void upgrade(int fd, int port, const char *path) {
  request(fd, port, path,
          "Upgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
          101);
}

void send_frame(int fd, bool binary, const char *payload, size_t count) {
  static char frame[MAX_MESSAGE + 16];
  size_t at = 0;
  frame[at++] = (char)(binary ? 0x82 : 0x81);
  if (count < 126) {
    frame[at++] = (char)(0x80 | count);
  } else if (count < 65536) {
    frame[at++] = (char)(0x80 | 126);
    frame[at++] = (char)(count >> 8);
    frame[at++] = (char)count;
  } else {
    frame[at++] = (char)(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) frame[at++] = (char)((uint64_t)count >> shift);
  }
  memset(frame + at, 0, 4);
  at += 4;
  memcpy(frame + at, payload, count);
  write_all(fd, frame, at + count);
}

void send_filled(int fd, bool binary, const char *template, const struct values *values) {
  static char message[MAX_MESSAGE];
  send_frame(fd, binary, message, fill(message, template, values));
}

void watch(int epoll, int fd, int name) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = name};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("cannot watch a socket: %s", strerror(errno));
}

/* ---------------------------------------------------------------- the command line */

int number(const char *text, int least, int most) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*text == 0 || *end != 0 || value < least || value > most) die("%s is no number from %d to %d", text, least, most);
  return (int)value;
}

void add_frame(struct frames *frames, const char *option, const char *template) {
  if (frames->count == MAX_FRAMES) die("at most %d --%s", MAX_FRAMES, option);
  frames->of[frames->count++] = template;
}
