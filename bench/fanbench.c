/*
 * fanbench: one WebSocket publisher, many WebSocket subscribers, and any server that passes a payload on unchanged.
 *
 * The figure it is made for is the server's CPU time per delivery. That time is read from /proc and not inferred from
 * a rate, so it holds on a noisy machine and also where this program is the slower side.
 *
 * Every payload carries a mark, the time it was sent and its number. A delivery counts when the mark arrives; the
 * number shows for each subscriber whether an event is missing, repeated or out of order. Nothing else of a server's
 * answers is looked at, so one program measures servers of different protocols.
 *
 *     cc -O2 -Wall -Wextra -o fanbench fanbench.c      Linux only: epoll and /proc
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  MARK = '`',                             /* occurs in no server's own frames */
  TIME_DIGITS = 19,                       /* nanoseconds of the monotonic clock */
  NUMBER_DIGITS = 10,                     /* of the event, from 0 */
  STAMP = TIME_DIGITS + NUMBER_DIGITS,    /* what follows the mark */
  MIN_PAYLOAD = STAMP + 3,                /* two quotes and the mark */
  MAX_PAYLOAD = 60000,
  MAX_MESSAGE = MAX_PAYLOAD + 4096,
  MAX_FRAMES = 16,
  MAX_SERVERS = 8,
  READ_BUFFER = 1 << 18,
  LATENCY_SAMPLES = 4000000,
  CONNECTIONS_PER_ADDRESS = 20000,        /* below the usual range of ephemeral ports */
  QUIET_MS = 300,                         /* nothing arrives for so long: set-up is over */
  SETUP_MS = 30000,                       /* longest wait for that */
  STALL_MS = 5000,                        /* no delivery for so long: the run is over, incomplete */
  PUBLISHER = -1                          /* epoll's name for the publishing connection */
};

struct options {
  int ports[MAX_SERVERS];                 /* subscribers are dealt to them in turn */
  int port_count;
  int publisher_port;                     /* 0: the first of the ports */
  const char *path;
  int subscribers;
  int slow;                               /* further subscribers that never read */
  long events;
  int window;                             /* events in flight at most; not used with a rate */
  double rate;                            /* events a second; 0: as the window allows */
  int size;                               /* payload bytes with its quotes */
  int servers[MAX_SERVERS];               /* process ids */
  int server_count;
  int batch;                              /* events in one frame */
  const char *around;                     /* the frame of a batch; %B its events, with commas between them */
  int sample_every;                       /* deliveries per latency sample */
  bool binary;                            /* frames of the client are binary */
  int hold;                               /* seconds to hold idle connections; 0: measure deliveries */
  bool json;
  const char *subscribe[MAX_FRAMES];      /* sent on each connection; %I is its number */
  int subscribe_count;
  const char *hello[MAX_FRAMES];          /* sent by the publisher first */
  int hello_count;
  const char *publish;                    /* %P payload, %L its length, %N the event's number */
};

struct subscriber {
  int fd;
  uint32_t next;                          /* number of the event that must come next */
  int carried;                            /* bytes of a stamp whose rest has not arrived; its mark included */
  char carry[STAMP + 1];
};

struct tally {
  uint64_t delivered, missing, disordered, bytes;
  int64_t last;                           /* when the last delivery arrived */
  uint64_t sample_every;
  int64_t *latency;
  long latencies;
};

struct usage {
  double server_cpu[MAX_SERVERS], own_cpu; /* seconds */
  int64_t at;
};

/* ---------------------------------------------------------------- the machine */

static void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("fanbench: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static void *allocate(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) die("out of memory");
  return memory;
}

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* User and system time of all threads of a process, in seconds. */
static double cpu_of(int process) {
  char name[64], text[2048];
  snprintf(name, sizeof name, "/proc/%d/stat", process);
  FILE *file = fopen(name, "r");
  if (file == NULL) die("no process %d", process);
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  char *fields = strrchr(text, ')'); /* the name before it may hold anything */
  unsigned long user, system;
  if (fields == NULL
      || sscanf(fields + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
    die("cannot read %s", name);
  return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static long resident_kib(int process) {
  char name[64], line[256];
  long kib = 0;
  snprintf(name, sizeof name, "/proc/%d/status", process);
  FILE *file = fopen(name, "r");
  if (file == NULL) die("no process %d", process);
  while (fgets(line, sizeof line, file))
    if (strncmp(line, "VmRSS:", 6) == 0) kib = atol(line + 6);
  fclose(file);
  return kib;
}

static double own_cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
       + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static struct usage usage_now(const struct options *options) {
  struct usage usage = {.own_cpu = own_cpu(), .at = now_ns()};
  for (int i = 0; i < options->server_count; i++) usage.server_cpu[i] = cpu_of(options->servers[i]);
  return usage;
}

static void allow_many_files(int needed) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if ((rlim_t)needed + 16 > limit.rlim_cur)
    die("%d connections need more than the %lu files that `ulimit -n` allows", needed, (unsigned long)limit.rlim_cur);
}

/* ---------------------------------------------------------------- WebSocket, the client's side */

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

/* Sends one frame. The mask is zero: it is required, and masking is not what is measured. */
static void send_frame(int fd, bool binary, const char *payload, size_t count) {
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

/* Appends text to a message being made; the message's bound holds for templates from the command line too. */
static size_t append(char *message, size_t length, const char *text, size_t count) {
  if (length + count > MAX_MESSAGE) die("a message is longer than %d bytes", MAX_MESSAGE);
  memcpy(message + length, text, count);
  return length + count;
}

/* Fills a template: %P, %L, %N and %I as above, and \n for CR LF. */
static size_t fill(char *message, const char *template, const char *payload, int size, long number) {
  size_t length = 0;
  char digits[24];
  for (const char *at = template; *at; at++) {
    int pair = *at == '%' || *at == '\\' ? (*at << 8) | at[1] : 0;
    switch (pair) {
      case ('%' << 8) | 'P':
        length = append(message, length, payload, (size_t)size);
        break;
      case ('%' << 8) | 'L':
        length = append(message, length, digits, (size_t)snprintf(digits, sizeof digits, "%d", size));
        break;
      case ('%' << 8) | 'N':
      case ('%' << 8) | 'I':
        length = append(message, length, digits, (size_t)snprintf(digits, sizeof digits, "%ld", number));
        break;
      case ('\\' << 8) | 'n':
        length = append(message, length, "\r\n", 2);
        break;
      default:
        length = append(message, length, at, 1);
        continue;
    }
    at++;
  }
  return length;
}

static void send_filled(int fd, const struct options *options, const char *template, long number) {
  static char message[MAX_MESSAGE];
  send_frame(fd, options->binary, message, fill(message, template, "", 0, number));
}

/* Reads the answer to the handshake byte by byte, so that a frame right behind it stays in the socket. */
static void expect_upgrade(int fd) {
  char answer[2048];
  size_t length = 0;
  while (length < 4 || memcmp(answer + length - 4, "\r\n\r\n", 4) != 0) {
    if (length == sizeof answer - 1) die("the answer to the handshake does not end");
    if (read(fd, answer + length, 1) != 1) die("the server closed during the handshake");
    length++;
  }
  answer[length] = 0;
  if (strncmp(answer, "HTTP/1.1 101 ", 13) != 0) die("no WebSocket: %s", answer);
}

static int open_websocket(const struct options *options, int port, int index) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("cannot open a socket: %s", strerror(errno));
  int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);

  /* Further loopback addresses for more connections than one has ports. */
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(index / CONNECTIONS_PER_ADDRESS));
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0
      || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
    die("cannot connect to port %d: %s", port, strerror(errno));

  char request[1024];
  int length = snprintf(request, sizeof request,
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      options->path, port);
  write_all(fd, request, (size_t)length);
  expect_upgrade(fd);
  return fd;
}

/* ---------------------------------------------------------------- connections */

static void watch(int epoll, int fd, int name) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = name};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("cannot watch a socket: %s", strerror(errno));
}

static struct subscriber *connect_subscribers(const struct options *options, int epoll) {
  struct subscriber *all = allocate((size_t)(options->subscribers + options->slow), sizeof *all);
  for (int i = 0; i < options->subscribers + options->slow; i++) {
    all[i].fd = open_websocket(options, options->ports[i % options->port_count], i);
    for (int k = 0; k < options->subscribe_count; k++) send_filled(all[i].fd, options, options->subscribe[k], i);
    if (i < options->subscribers) watch(epoll, all[i].fd, i);
  }
  return all;
}

static int connect_publisher(const struct options *options, int epoll) {
  int fd = open_websocket(options, options->publisher_port > 0 ? options->publisher_port : options->ports[0], 0);
  for (int k = 0; k < options->hello_count; k++) send_filled(fd, options, options->hello[k], 0);
  watch(epoll, fd, PUBLISHER);
  return fd;
}

/* Reads and forgets what servers say at first (a welcome, answers to subscriptions) until they are quiet. */
static void wait_until_quiet(int epoll, const struct subscriber *subscribers, int publisher) {
  static char buffer[READ_BUFFER];
  struct epoll_event ready[512];
  int64_t end = now_ns() + SETUP_MS * INT64_C(1000000);
  int count;
  while ((count = epoll_wait(epoll, ready, 512, QUIET_MS)) > 0) {
    if (now_ns() > end) die("the server is not quiet %d s after the last connection", SETUP_MS / 1000);
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd == PUBLISHER ? publisher : subscribers[ready[i].data.fd].fd;
      ssize_t length;
      while ((length = read(fd, buffer, sizeof buffer)) > 0) continue;
      if (length == 0) die("the server closed a connection that had just subscribed");
    }
  }
}

/* ---------------------------------------------------------------- deliveries */

static uint64_t decimal(const char *digits, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; i++) value = value * 10 + (uint64_t)(digits[i] - '0');
  return value;
}

/* One event has arrived; stamp points behind its mark. */
static void deliver(struct subscriber *subscriber, const char *stamp, struct tally *tally) {
  uint32_t number = (uint32_t)decimal(stamp + TIME_DIGITS, NUMBER_DIGITS);
  if (number >= subscriber->next) {
    tally->missing += number - subscriber->next;
    subscriber->next = number + 1;
  } else {
    tally->disordered++;
  }
  tally->delivered++;
  if (tally->delivered % tally->sample_every == 0 && tally->latencies < LATENCY_SAMPLES)
    tally->latency[tally->latencies++] = tally->last - (int64_t)decimal(stamp, TIME_DIGITS);
}

/* Finds the events in what a subscriber received. A stamp may be cut off at the end of a read. */
static void receive(struct subscriber *subscriber, const char *bytes, size_t count, struct tally *tally) {
  const char *end = bytes + count;
  if (subscriber->carried > 0) {
    size_t wanted = (size_t)(STAMP + 1 - subscriber->carried);
    size_t taken = wanted < count ? wanted : count;
    memcpy(subscriber->carry + subscriber->carried, bytes, taken);
    subscriber->carried += (int)taken;
    bytes += taken;
    if (subscriber->carried <= STAMP) return;
    deliver(subscriber, subscriber->carry + 1, tally);
    subscriber->carried = 0;
  }
  while ((bytes = memchr(bytes, MARK, (size_t)(end - bytes))) != NULL) {
    if (end - bytes <= STAMP) {
      subscriber->carried = (int)(end - bytes);
      memcpy(subscriber->carry, bytes, (size_t)(end - bytes));
      return;
    }
    deliver(subscriber, bytes + 1, tally);
    bytes += STAMP + 1;
  }
}

/* Takes what has arrived on every connection within the given time. */
static void receive_ready(int epoll, struct subscriber *subscribers, int publisher, int wait_ms, struct tally *tally) {
  static char buffer[READ_BUFFER];
  struct epoll_event ready[512];
  int count = epoll_wait(epoll, ready, 512, wait_ms);
  for (int i = 0; i < count; i++) {
    int name = ready[i].data.fd;
    ssize_t length = read(name == PUBLISHER ? publisher : subscribers[name].fd, buffer, sizeof buffer);
    if (length == 0)
      die("the server closed a connection after %" PRIu64 " deliveries", tally->delivered);
    if (length < 0 || name == PUBLISHER) continue;
    tally->last = now_ns();
    tally->bytes += (uint64_t)length;
    receive(&subscribers[name], buffer, (size_t)length, tally);
  }
}

static void put_decimal(char *digits, int count, uint64_t value) {
  for (int i = count - 1; i >= 0; i--, value /= 10) digits[i] = (char)('0' + value % 10);
}

/* A JSON string of the wanted size: mark, time, number and filling. */
static void make_payload(char *payload, int size, long number) {
  memset(payload, 'x', (size_t)size);
  payload[0] = payload[size - 1] = '"';
  payload[1] = MARK;
  put_decimal(payload + 2, TIME_DIGITS, (uint64_t)now_ns());
  put_decimal(payload + 2 + TIME_DIGITS, NUMBER_DIGITS, (uint64_t)number);
}

/* Sends the next event, or the next batch of them; returns the number of the one after it. */
static long publish(const struct options *options, int publisher, long number) {
  static char payload[MAX_PAYLOAD], message[MAX_MESSAGE];
  if (options->around == NULL) {
    make_payload(payload, options->size, number);
    send_frame(publisher, options->binary, message, fill(message, options->publish, payload, options->size, number));
    return number + 1;
  }
  static char one[MAX_MESSAGE];
  const char *place = strstr(options->around, "%B");
  size_t length = append(message, 0, options->around, (size_t)(place - options->around));
  for (int i = 0; i < options->batch; i++, number++) {
    make_payload(payload, options->size, number);
    if (i > 0) length = append(message, length, ",", 1);
    length = append(message, length, one, fill(one, options->publish, payload, options->size, number));
  }
  length = append(message, length, place + 2, strlen(place + 2));
  send_frame(publisher, options->binary, message, length);
  return number;
}

/* Whether the next event may be sent: by its time at a rate, or by how many are in flight on average. */
static bool is_due(const struct options *options, long sent, int64_t start, const struct tally *tally) {
  if (sent >= options->events) return false;
  if (options->rate > 0) return (double)(now_ns() - start) * options->rate / 1e9 > (double)sent;
  return sent - (long)(tally->delivered / (uint64_t)options->subscribers) + options->batch <= options->window;
}

static void run(const struct options *options, int epoll, struct subscriber *subscribers, int publisher,
                struct tally *tally) {
  uint64_t wanted = (uint64_t)options->events * (uint64_t)options->subscribers;
  int64_t start = now_ns();
  long sent = 0;
  tally->last = start;
  while (tally->delivered < wanted && now_ns() - tally->last < STALL_MS * INT64_C(1000000)) {
    while (is_due(options, sent, start, tally)) sent = publish(options, publisher, sent);
    receive_ready(epoll, subscribers, publisher, options->rate > 0 ? 1 : 100, tally);
  }
}

/* ---------------------------------------------------------------- the report */

static int by_value(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

/* Microseconds below which the given part of the sampled latencies lies. */
static double percentile(const struct tally *tally, double part) {
  if (tally->latencies == 0) return 0;
  return (double)tally->latency[(long)((double)(tally->latencies - 1) * part)] / 1e3;
}

static bool report(const struct options *options, const struct subscriber *subscribers, struct tally *tally,
                   struct usage before, struct usage after) {
  uint64_t wanted = (uint64_t)options->events * (uint64_t)options->subscribers;
  for (int i = 0; i < options->subscribers; i++)
    tally->missing += (uint64_t)options->events - subscribers[i].next; /* the tail that never came */
  qsort(tally->latency, (size_t)tally->latencies, sizeof *tally->latency, by_value);

  double deliveries = tally->delivered > 0 ? (double)tally->delivered : 1;
  double seconds = (double)(tally->last - before.at) / 1e9;
  double server = 0;
  char each[MAX_SERVERS * 24] = "";
  size_t each_length = 0;
  for (int i = 0; i < options->server_count; i++) {
    double used = after.server_cpu[i] - before.server_cpu[i];
    server += used;
    each_length += (size_t)snprintf(each + each_length, sizeof each - each_length, "%s%.2f", i > 0 ? "," : "", used);
  }
  const char *format = options->json
      ? "{\"subscribers\":%d,\"slow\":%d,\"events\":%ld,\"window\":%d,\"rate\":%g,\"size\":%d,\"wanted\":%" PRIu64
        ",\"delivered\":%" PRIu64 ",\"missing\":%" PRIu64 ",\"disordered\":%" PRIu64 ",\"seconds\":%.3f"
        ",\"deliveriesPerSecond\":%.0f,\"serverCpuSeconds\":%.2f,\"cpuSecondsOfEach\":[%s],\"serverCpuMicrosPerDelivery\":%.4f"
        ",\"clientCpuSeconds\":%.2f,\"bytesPerDelivery\":%.1f,\"latencyMicros\":{\"p50\":%.0f,\"p99\":%.0f,\"p999\":%.0f"
        ",\"max\":%.0f},\"serverResidentKib\":%ld}\n"
      : "%d subscribers (and %d slow), %ld events, window %d, rate %g, %d bytes; wanted %" PRIu64 ", delivered %" PRIu64
        ", missing %" PRIu64 ", out of order %" PRIu64 "; %.3f s, %.0f deliveries/s; server CPU %.2f s (%s) = %.4f us a delivery"
        " (client %.2f s); %.1f bytes a delivery; latency us p50 %.0f p99 %.0f p99.9 %.0f max %.0f; server %ld KiB\n";
  printf(format, options->subscribers, options->slow, options->events, options->window, options->rate, options->size,
         wanted, tally->delivered, tally->missing, tally->disordered, seconds,
         (double)tally->delivered / (seconds > 0 ? seconds : 1), server, each, server * 1e6 / deliveries,
         after.own_cpu - before.own_cpu, (double)tally->bytes / deliveries, percentile(tally, 0.5),
         percentile(tally, 0.99), percentile(tally, 0.999), percentile(tally, 1), resident_kib(options->servers[0]));
  return tally->delivered == wanted && tally->missing == 0 && tally->disordered == 0;
}

/* ---------------------------------------------------------------- idle connections */

/* Holds the connections until standard input ends, so that who started this can measure the server meanwhile. */
static void hold(const struct options *options) {
  printf("connected %d\n", options->subscribers + options->slow);
  fflush(stdout);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = STDIN_FILENO};
  int epoll = epoll_create1(0);
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0) die("standard input must be a pipe or a terminal");
  epoll_wait(epoll, &event, 1, options->hold * 1000);
}

/* ---------------------------------------------------------------- the command line */

static const char USAGE[] =
    "fanbench --port N... --server PID... [--publisher-port N] [--path /ws] [--subscribers 100] [--slow 0] [--size 128]\n"
    "         [--events 10000] [--window 64 | --rate EVENTS_PER_SECOND] [--json]\n"
    "         [--subscribe FRAME]... [--hello FRAME]... [--publish TEMPLATE] [--binary] [--hold SECONDS]\n"
    "         [--batch 1 --around TEMPLATE] [--sample-every 32]\n"
    "  --port       of several, subscribers are dealt to them in turn; --server: the CPU time of all is counted\n"
    "  --batch      events in one frame, which is made by --around: %B are its events\n"
    "  --subscribe  sent on each subscriber's connection; %I is its number\n"
    "  --hello      sent on the publisher's connection first\n"
    "  --publish    an event; %P the payload (a JSON string), %L its length, %N its number\n"
    "  --slow       further subscribers that subscribe and never read\n"
    "  --hold       measure nothing: connect, say `connected N`, and stay until standard input ends\n"
    "Exits 0 if every subscriber got every event in order, 2 if not.\n";

static int number(const char *text, int least, int most) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*text == 0 || *end != 0 || value < least || value > most) die("%s is no number from %d to %d", text, least, most);
  return (int)value;
}

static struct options parse(int count, char **arguments) {
  enum { PORT, SERVER, PATH, SUBSCRIBERS, SLOW, SIZE, EVENTS, WINDOW, RATE, JSON, SUBSCRIBE, HELLO, PUBLISH, BINARY, HOLD,
         PUBLISHER_PORT, BATCH, AROUND, SAMPLE_EVERY };
  static const struct option known[] = {
      {"port", required_argument, 0, PORT},           {"server", required_argument, 0, SERVER},
      {"path", required_argument, 0, PATH},           {"subscribers", required_argument, 0, SUBSCRIBERS},
      {"slow", required_argument, 0, SLOW},           {"size", required_argument, 0, SIZE},
      {"events", required_argument, 0, EVENTS},       {"window", required_argument, 0, WINDOW},
      {"rate", required_argument, 0, RATE},           {"json", no_argument, 0, JSON},
      {"subscribe", required_argument, 0, SUBSCRIBE}, {"hello", required_argument, 0, HELLO},
      {"publish", required_argument, 0, PUBLISH},     {"binary", no_argument, 0, BINARY},
      {"hold", required_argument, 0, HOLD},           {"publisher-port", required_argument, 0, PUBLISHER_PORT},
      {"batch", required_argument, 0, BATCH},         {"around", required_argument, 0, AROUND},
      {"sample-every", required_argument, 0, SAMPLE_EVERY}, {0, 0, 0, 0}};
  struct options options = {
      .path = "/ws", .subscribers = 100, .events = 10000, .window = 64, .size = 128, .publish = "%P",
      .batch = 1, .sample_every = 32};
  int option;
  while ((option = getopt_long(count, arguments, "", known, NULL)) >= 0) switch (option) {
      case PORT:
        if (options.port_count == MAX_SERVERS) die("at most %d --port", MAX_SERVERS);
        options.ports[options.port_count++] = number(optarg, 1, 65535);
        break;
      case SERVER:
        if (options.server_count == MAX_SERVERS) die("at most %d --server", MAX_SERVERS);
        options.servers[options.server_count++] = number(optarg, 1, INT_MAX);
        break;
      case PUBLISHER_PORT: options.publisher_port = number(optarg, 1, 65535); break;
      case BATCH: options.batch = number(optarg, 1, 10000); break;
      case AROUND: options.around = optarg; break;
      case SAMPLE_EVERY: options.sample_every = number(optarg, 1, INT_MAX); break;
      case PATH: options.path = optarg; break;
      case SUBSCRIBERS: options.subscribers = atoi(optarg); break;
      case SLOW: options.slow = atoi(optarg); break;
      case SIZE: options.size = atoi(optarg); break;
      case EVENTS: options.events = atol(optarg); break;
      case WINDOW: options.window = atoi(optarg); break;
      case RATE: options.rate = atof(optarg); break;
      case JSON: options.json = true; break;
      case SUBSCRIBE:
        if (options.subscribe_count == MAX_FRAMES) die("at most %d --subscribe", MAX_FRAMES);
        options.subscribe[options.subscribe_count++] = optarg;
        break;
      case HELLO:
        if (options.hello_count == MAX_FRAMES) die("at most %d --hello", MAX_FRAMES);
        options.hello[options.hello_count++] = optarg;
        break;
      case PUBLISH: options.publish = optarg; break;
      case BINARY: options.binary = true; break;
      case HOLD: options.hold = atoi(optarg); break;
      default: fputs(USAGE, stderr); exit(1);
    }
  if (options.around != NULL && strstr(options.around, "%B") == NULL) die("--around has no %%B");
  if (options.batch > 1 && options.around == NULL) die("--batch needs --around");
  if (options.window < options.batch) die("--window is less than a batch");
  if (options.events % options.batch != 0) die("--events is no multiple of --batch");
  if (options.port_count == 0 || options.server_count == 0 || options.subscribers < 1 || options.slow < 0
      || options.events < 1 || options.window < 1 || options.rate < 0 || options.hold < 0
      || options.size < MIN_PAYLOAD || options.size > MAX_PAYLOAD || optind != count) {
    fputs(USAGE, stderr);
    fprintf(stderr, "--size is %d to %d\n", MIN_PAYLOAD, MAX_PAYLOAD);
    exit(1);
  }
  return options;
}

int main(int count, char **arguments) {
  struct options options = parse(count, arguments);
  allow_many_files(options.subscribers + options.slow);
  int epoll = epoll_create1(0);
  struct subscriber *subscribers = connect_subscribers(&options, epoll);
  int publisher = connect_publisher(&options, epoll);
  wait_until_quiet(epoll, subscribers, publisher);
  if (options.hold > 0) {
    hold(&options);
    return 0;
  }
  struct tally tally = {.sample_every = (uint64_t)options.sample_every,
                        .latency = allocate(LATENCY_SAMPLES, sizeof(int64_t))};
  struct usage before = usage_now(&options);
  run(&options, epoll, subscribers, publisher, &tally);
  struct usage after = usage_now(&options);
  return report(&options, subscribers, &tally, before, after) ? 0 : 2;
}
