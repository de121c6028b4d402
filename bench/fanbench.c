/*
 * fanbench: one WebSocket publisher, many subscribers over WebSocket or an event stream, and any server that passes a
 * payload on unchanged.
 *
 * The figure it is made for is the server's CPU time per delivery. That time is the process's own and not inferred from
 * a rate, so it holds on a noisy machine and also where this program is the slower side.
 *
 * Every payload carries a mark, the time it was sent (with --rate: was meant to be sent) and its number. A delivery
 * counts when the mark arrives; the number shows for each subscriber whether an event is missing, repeated, out of order
 * or somebody else's. Nothing else of a server's answers is looked at, so one program measures servers of different
 * protocols.
 *
 * Topics have numbers. Event n is of topic n modulo --topics. Subscribers are dealt to groups in turn; those of a group
 * share --topics-each topics, and each topic belongs to one group.
 *
 *     cc -O2 -Wall -Wextra -o fanbench fanbench.c client.c      Linux only: epoll
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client.h"

enum {
  MARK = '`',                             /* occurs in no server's own frames */
  TIME_DIGITS = 19,                       /* nanoseconds of the monotonic clock */
  NUMBER_DIGITS = 10,                     /* of the event, from 0 */
  STAMP = TIME_DIGITS + NUMBER_DIGITS,    /* what follows the mark */
  MIN_PAYLOAD = STAMP + 3,                /* two quotes and the mark */
  READY_AT_ONCE = 64,                     /* connections read before the next event may be due */
  MAX_SERVERS = 8,
  MAX_TOPICS = 1000000,
  SLOW_RECEIVE_BUFFER = 4096,             /* those that never read are full soon */
  QUIET_MS = 300,                         /* nothing arrives for so long: set-up is over */
  SETUP_MS = 30000,                       /* longest wait for that */
  STALL_MS = 5000,                        /* no delivery for so long: the run is over, incomplete */
  PUBLISHER = -1                          /* epoll's name for the publishing connection */
};

static const int64_t NS_PER_MS = 1000000;

struct options {
  int ports[MAX_SERVERS];                 /* subscribers are dealt to them in turn */
  int port_count;
  int publisher_port;                     /* 0: the first of the ports */
  const char *path;
  const char *stream;                     /* path of an event stream, where subscribers come over that */
  int subscribers;
  int slow;                               /* further subscribers that never read */
  int topics, topics_each;                /* of all, and of one subscriber */
  long events;
  long backlog;                           /* events published before, that each subscriber gets at first */
  int window;                             /* events in flight at most; not used with a rate */
  double rate;                            /* events a second; 0: as the window allows */
  int size;                               /* payload bytes with its quotes */
  int servers[MAX_SERVERS];               /* process ids */
  int server_count;
  int batch;                              /* events in one frame */
  const char *around;                     /* the frame of a batch; %B its events, with commas between them */
  int sample_every;                       /* deliveries per latency sample */
  bool binary;                            /* frames of the client are binary */
  bool connect;                           /* measure connecting only */
  int hold;                               /* seconds to hold idle connections; 0: measure deliveries */
  bool json;
  struct frames subscribe;                /* sent on each connection; with %T once for each of its topics */
  struct frames subscribe_second;         /* the same, on each second connection in place of the others */
  struct frames hello;                    /* sent by the publisher first */
  const char *publish;
};

struct subscriber {
  int fd;
  uint32_t group;
  uint32_t next;                          /* which event of the group's must come next */
  int carried;                            /* bytes of a stamp whose rest has not arrived; its mark included */
  char carry[STAMP + 1];
};

static int groups(const struct options *options) {
  return options->topics / options->topics_each;
}

/* Subscribers that get an event. */
static int audience(const struct options *options) {
  return options->subscribers / groups(options);
}

/* ---------------------------------------------------------------- latencies */

enum { PRECISION_BITS = 7, STEPS = 1 << PRECISION_BITS }; /* below one per cent */

/* How many of a value there were, by classes that grow with it; as many values as one likes take the same memory. */
struct histogram {
  uint64_t of[(64 - PRECISION_BITS + 1) * STEPS];
  uint64_t count;
  int64_t most;
};

static void count_value(struct histogram *histogram, int64_t value) {
  uint64_t positive = value > 0 ? (uint64_t)value : 0;
  int bits = 64 - __builtin_clzll(positive | 1);
  int shift = bits > PRECISION_BITS + 1 ? bits - PRECISION_BITS - 1 : 0;
  histogram->of[(uint64_t)shift * STEPS + (positive >> shift)]++;
  histogram->count++;
  if (value > histogram->most) histogram->most = value;
}

/* Microseconds below which the given part of the values lies. */
static double percentile(const struct histogram *histogram, double part) {
  uint64_t rank = (uint64_t)((double)histogram->count * part), below = 0;
  for (uint64_t i = 0; i < sizeof histogram->of / sizeof *histogram->of; i++) {
    below += histogram->of[i];
    if (below > rank) {
      uint64_t shift = i < 2 * STEPS ? 0 : i / STEPS - 1;
      return (double)((i - shift * STEPS) << shift) / 1e3;
    }
  }
  return (double)histogram->most / 1e3;
}

/* ---------------------------------------------------------------- what is counted */

struct tally {
  uint32_t groups;
  uint64_t delivered, missing, disordered, bytes;
  int64_t last;                           /* when the last delivery arrived */
  int64_t waiting_since;                  /* with events in flight: the last arrival, or the first of them */
  int64_t longest_pause;                  /* in which nothing arrived though something was in flight */
  uint64_t sample_every;
  struct histogram latency;
};

struct usage {
  double server_cpu[MAX_SERVERS], own_cpu; /* seconds */
  int64_t at;
};

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

/* CPU seconds of all servers between two moments. */
static double servers_used(const struct options *options, const struct usage *before, const struct usage *after) {
  double used = 0;
  for (int i = 0; i < options->server_count; i++) used += after->server_cpu[i] - before->server_cpu[i];
  return used;
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
  uint32_t place = number / tally->groups;
  if (number % tally->groups != subscriber->group || place < subscriber->next) {
    tally->disordered++;
  } else {
    tally->missing += place - subscriber->next;
    subscriber->next = place + 1;
  }
  tally->delivered++;
  if (tally->delivered % tally->sample_every == 0)
    count_value(&tally->latency, tally->last - (int64_t)decimal(stamp, TIME_DIGITS));
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

/* Takes what has arrived on every connection within the given time; how many connections that was. */
static int receive_ready(int epoll, struct subscriber *subscribers, int publisher, int wait_ms, struct tally *tally) {
  static char buffer[READ_BUFFER];
  struct epoll_event ready[READY_AT_ONCE];
  int count = epoll_wait(epoll, ready, READY_AT_ONCE, wait_ms);
  for (int i = 0; i < count; i++) {
    int name = ready[i].data.fd;
    ssize_t length = read(name == PUBLISHER ? publisher : subscribers[name].fd, buffer, sizeof buffer);
    if (length == 0)
      die("the server closed a connection after %" PRIu64 " deliveries", tally->delivered);
    if (length < 0 || name == PUBLISHER) continue;
    tally->last = now_ns();
    if (tally->last - tally->waiting_since > tally->longest_pause)
      tally->longest_pause = tally->last - tally->waiting_since;
    tally->waiting_since = tally->last;
    tally->bytes += (uint64_t)length;
    receive(&subscribers[name], buffer, (size_t)length, tally);
  }
  return count;
}

/* ---------------------------------------------------------------- connections */

/* Sends a subscriber's frame, or one for each of its topics. */
static void subscribe(const struct options *options, int fd, const char *template, int index) {
  struct values values = {.number = index, .topic = index % groups(options)};
  int times = strstr(template, "%T") != NULL ? options->topics_each : 1;
  for (int i = 0; i < times; i++, values.topic += groups(options)) send_filled(fd, options->binary, template, &values);
}

static void connect_subscriber(const struct options *options, struct subscriber *subscriber, int index) {
  int port = options->ports[index % options->port_count];
  subscriber->group = (uint32_t)(index % groups(options));
  subscriber->fd = open_connection(port, index, index < options->subscribers ? 0 : SLOW_RECEIVE_BUFFER);
  if (options->stream != NULL) {
    char path[MAX_MESSAGE + 1];
    path[fill(path, options->stream, &(struct values){.number = index, .topic = (int)subscriber->group})] = 0;
    request(subscriber->fd, port, path, "Accept: text/event-stream\r\n", 200);
    return;
  }
  upgrade(subscriber->fd, port, options->path);
  bool second = index % 2 == 1 && options->subscribe_second.count > 0;
  const struct frames *frames = second ? &options->subscribe_second : &options->subscribe;
  for (int i = 0; i < frames->count; i++) subscribe(options, subscriber->fd, frames->of[i], index);
}

static struct subscriber *connect_subscribers(const struct options *options, int epoll) {
  struct subscriber *all = allocate((size_t)(options->subscribers + options->slow), sizeof *all);
  for (int i = 0; i < options->subscribers + options->slow; i++) {
    connect_subscriber(options, &all[i], i);
    if (i < options->subscribers) watch(epoll, all[i].fd, i);
  }
  return all;
}

static int connect_publisher(const struct options *options, int epoll) {
  int port = options->publisher_port > 0 ? options->publisher_port : options->ports[0];
  int fd = open_connection(port, 0, 0);
  upgrade(fd, port, options->path);
  for (int i = 0; i < options->hello.count; i++) send_filled(fd, options->binary, options->hello.of[i], &(struct values){0});
  watch(epoll, fd, PUBLISHER);
  return fd;
}

/* Takes what servers say at first (a welcome, answers to subscriptions, the backlog) until they are quiet. */
static void wait_until_quiet(const struct options *options, int epoll, struct subscriber *subscribers, int publisher,
                             struct tally *tally) {
  uint64_t wanted = (uint64_t)options->backlog * (uint64_t)options->subscribers;
  int64_t end = now_ns() + SETUP_MS * NS_PER_MS;
  while (receive_ready(epoll, subscribers, publisher, tally->delivered < wanted ? STALL_MS : QUIET_MS, tally) > 0)
    if (now_ns() > end) die("the server is not quiet %d s after the last connection", SETUP_MS / 1000);
}

/* ---------------------------------------------------------------- publishing */

static void put_decimal(char *digits, int count, uint64_t value) {
  for (int i = count - 1; i >= 0; i--, value /= 10) digits[i] = (char)('0' + value % 10);
}

/* When an event is meant to be sent: at its time where there is a rate, else now. */
static int64_t intended(const struct options *options, int64_t start, long number) {
  return options->rate > 0 ? start + (int64_t)((double)number * 1e9 / options->rate) : now_ns();
}

/* Makes the message of one event; its payload is mark, time, number and filling. */
static size_t make_message(const struct options *options, char *message, int64_t at, long number) {
  static char payload[MAX_PAYLOAD];
  make_filling(payload, options->size);
  payload[1] = MARK;
  put_decimal(payload + 2, TIME_DIGITS, (uint64_t)at);
  put_decimal(payload + 2 + TIME_DIGITS, NUMBER_DIGITS, (uint64_t)number);
  struct values values = {
      .number = number, .topic = (int)(number % options->topics), .payload = payload, .size = options->size};
  return fill(message, options->publish, &values);
}

/* Sends the next event, or the next batch of them; returns the number of the one after it. */
static long publish(const struct options *options, int publisher, int64_t start, long number) {
  static char message[MAX_MESSAGE];
  if (options->around == NULL) {
    size_t length = make_message(options, message, intended(options, start, number), number);
    send_frame(publisher, options->binary, message, length);
    return number + 1;
  }
  static char one[MAX_MESSAGE];
  const char *place = strstr(options->around, "%B");
  size_t length = append(message, 0, options->around, (size_t)(place - options->around));
  for (int i = 0; i < options->batch; i++, number++) {
    if (i > 0) length = append(message, length, ",", 1);
    length = append(message, length, one, make_message(options, one, intended(options, start, number), number));
  }
  length = append(message, length, place + 2, strlen(place + 2));
  send_frame(publisher, options->binary, message, length);
  return number;
}

/* Whether the next event may be sent: by its time at a rate, or by how many are in flight on average. */
static bool is_due(const struct options *options, long sent, int64_t start, const struct tally *tally) {
  if (sent >= options->events) return false;
  if (options->rate > 0) return now_ns() >= intended(options, start, sent);
  return sent - (long)(tally->delivered / (uint64_t)audience(options)) + options->batch <= options->window;
}

/* How long to wait for deliveries: at a rate not beyond the next event, the last millisecond awake. */
static int wait_ms(const struct options *options, long sent, int64_t start) {
  if (options->rate == 0 || sent >= options->events) return 100;
  int64_t left = intended(options, start, sent) - now_ns();
  return left > 2 * NS_PER_MS ? (int)(left / NS_PER_MS) - 1 : 0;
}

static void run(const struct options *options, int epoll, struct subscriber *subscribers, int publisher,
                struct tally *tally) {
  uint64_t wanted = (uint64_t)options->events * (uint64_t)audience(options);
  int64_t start = now_ns();
  long sent = 0;
  tally->last = start;
  while (tally->delivered < wanted && now_ns() - tally->last < STALL_MS * NS_PER_MS) {
    while (is_due(options, sent, start, tally)) {
      if (tally->delivered == (uint64_t)sent * (uint64_t)audience(options)) tally->waiting_since = now_ns();
      sent = publish(options, publisher, start, sent);
    }
    receive_ready(epoll, subscribers, publisher, wait_ms(options, sent, start), tally);
  }
}

/* ---------------------------------------------------------------- the report */

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

/* Counts what never came at the end: of each group so many events were published. */
static void count_missing_tails(const struct options *options, const struct subscriber *subscribers, long events,
                                struct tally *tally) {
  for (int i = 0; i < options->subscribers; i++) {
    long of_group = (events - (long)subscribers[i].group + (long)tally->groups - 1) / (long)tally->groups;
    tally->missing += (uint64_t)of_group - subscribers[i].next;
  }
}

static void print_cpu_of_each(const struct options *options, const struct usage *before, const struct usage *after) {
  for (int i = 0; i < options->server_count; i++)
    printf("%s%.3f", i > 0 ? "," : "", after->server_cpu[i] - before->server_cpu[i]);
}

struct moments {
  struct usage begun, connected, ended;
};

static bool report(const struct options *options, const struct subscriber *subscribers, struct tally *tally,
                   const struct moments *moments) {
  long events = options->connect ? options->backlog : options->events;
  uint64_t wanted = (uint64_t)events * (uint64_t)audience(options);
  count_missing_tails(options, subscribers, events, tally);
  int connections = options->subscribers + options->slow;
  double connecting = servers_used(options, &moments->begun, &moments->connected) * 1e6 / connections;
  double deliveries = tally->delivered > 0 ? (double)tally->delivered : 1;
  double seconds = options->connect ? (double)(moments->connected.at - moments->begun.at) / 1e9
                                    : (double)(tally->last - moments->connected.at) / 1e9;
  double server = servers_used(options, &moments->connected, &moments->ended);
  double client = moments->ended.own_cpu - moments->connected.own_cpu;
  const struct histogram *latency = &tally->latency;
  double p50 = percentile(latency, 0.5), p99 = percentile(latency, 0.99), p999 = percentile(latency, 0.999);
  double most = (double)latency->most / 1e3, pause = (double)tally->longest_pause / 1e6;

  if (options->json) {
    printf("{\"subscribers\":%d,\"slow\":%d,\"topics\":%d,\"topicsEach\":%d,\"events\":%ld,\"window\":%d,\"rate\":%g,\"size\":%d",
           options->subscribers, options->slow, options->topics, options->topics_each, events, options->window,
           options->rate, options->size);
    printf(",\"wanted\":%" PRIu64 ",\"delivered\":%" PRIu64 ",\"missing\":%" PRIu64 ",\"disordered\":%" PRIu64, wanted,
           tally->delivered, tally->missing, tally->disordered);
    printf(",\"seconds\":%.3f,\"deliveriesPerSecond\":%.0f,\"connectCpuMicros\":%.2f", seconds,
           (double)tally->delivered / (seconds > 0 ? seconds : 1), connecting);
    printf(",\"serverCpuSeconds\":%.3f,\"serverCpuMicrosPerDelivery\":%.4f,\"clientCpuSeconds\":%.2f,\"cpuSecondsOfEach\":[",
           server, server * 1e6 / deliveries, client);
    print_cpu_of_each(options, &moments->connected, &moments->ended);
    printf("],\"bytesPerDelivery\":%.1f,\"latencyMicros\":{\"p50\":%.0f,\"p99\":%.0f,\"p999\":%.0f,\"max\":%.0f}",
           (double)tally->bytes / deliveries, p50, p99, p999, most);
    printf(",\"longestPauseMillis\":%.3f,\"serverResidentKib\":%ld}\n", pause, resident_kib(options->servers[0]));
  } else {
    printf("%d connections, server CPU %.2f us each\n", connections, connecting);
    printf("wanted %" PRIu64 ", delivered %" PRIu64 ", missing %" PRIu64 ", out of order %" PRIu64 "\n", wanted,
           tally->delivered, tally->missing, tally->disordered);
    printf("%.3f s; server CPU %.3f s (", seconds, server);
    print_cpu_of_each(options, &moments->connected, &moments->ended);
    printf(") = %.4f us a delivery (client %.2f s); %.1f bytes a delivery\n", server * 1e6 / deliveries, client,
           (double)tally->bytes / deliveries);
    printf("latency us p50 %.0f p99 %.0f p99.9 %.0f max %.0f; longest pause %.3f ms; server %ld KiB\n", p50, p99, p999,
           most, pause, resident_kib(options->servers[0]));
  }
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
    "         [--events 10000] [--window 64 | --rate EVENTS_PER_SECOND] [--json] [--topics 1] [--topics-each 1]\n"
    "         [--subscribe FRAME]... [--subscribe-second FRAME]... [--stream PATH] [--hello FRAME]... [--binary]\n"
    "         [--publish TEMPLATE] [--batch 1 --around TEMPLATE] [--sample-every 32]\n"
    "         [--hold SECONDS | --connect [--backlog 0]]\n"
    "  --port       of several, subscribers are dealt to them in turn; --server: the CPU time of all is counted\n"
    "  --rate       latency counts from when an event was meant to be sent, however late that happened\n"
    "  --batch      events in one frame, which is made by --around: %B are its events\n"
    "  --topics     numbered from 0; event n is of topic n modulo this. --topics-each: of one subscriber\n"
    "  --subscribe  sent on each subscriber's connection; %I is its number, %T a topic's: sent for each of its topics\n"
    "  --subscribe-second  in place of --subscribe on each second connection\n"
    "  --stream     subscribers get this path, an event stream, and send nothing; %I and %T as above\n"
    "  --hello      sent on the publisher's connection first\n"
    "  --publish    an event; %P the payload (a JSON string), %L its length, %N its number, %T its topic's\n"
    "  --slow       further subscribers that subscribe and never read\n"
    "  --hold       measure nothing: connect, say `connected N`, and stay until standard input ends\n"
    "  --connect    measure connecting only, until all are subscribed; --backlog: and have got so many earlier events\n"
    "Exits 0 if every subscriber got every event of its topics in order, 2 if not.\n";

static struct options read_options(int count, char **arguments) {
  enum { PORT, SERVER, PATH, STREAM, SUBSCRIBERS, SLOW, TOPICS, TOPICS_EACH, SIZE, EVENTS, WINDOW, RATE, JSON, SUBSCRIBE,
         SUBSCRIBE_SECOND, HELLO, PUBLISH, BINARY, HOLD, CONNECT, BACKLOG, PUBLISHER_PORT, BATCH, AROUND, SAMPLE_EVERY };
  static const struct option known[] = {
      {"port", required_argument, 0, PORT},           {"server", required_argument, 0, SERVER},
      {"path", required_argument, 0, PATH},           {"stream", required_argument, 0, STREAM},
      {"subscribers", required_argument, 0, SUBSCRIBERS}, {"slow", required_argument, 0, SLOW},
      {"topics", required_argument, 0, TOPICS},       {"topics-each", required_argument, 0, TOPICS_EACH},
      {"size", required_argument, 0, SIZE},           {"events", required_argument, 0, EVENTS},
      {"window", required_argument, 0, WINDOW},       {"rate", required_argument, 0, RATE},
      {"json", no_argument, 0, JSON},                 {"subscribe", required_argument, 0, SUBSCRIBE},
      {"subscribe-second", required_argument, 0, SUBSCRIBE_SECOND}, {"hello", required_argument, 0, HELLO},
      {"publish", required_argument, 0, PUBLISH},     {"binary", no_argument, 0, BINARY},
      {"hold", required_argument, 0, HOLD},           {"connect", no_argument, 0, CONNECT},
      {"backlog", required_argument, 0, BACKLOG},     {"publisher-port", required_argument, 0, PUBLISHER_PORT},
      {"batch", required_argument, 0, BATCH},         {"around", required_argument, 0, AROUND},
      {"sample-every", required_argument, 0, SAMPLE_EVERY}, {0, 0, 0, 0}};
  struct options options = {
      .path = "/ws", .subscribers = 100, .topics = 1, .topics_each = 1, .events = 10000, .window = 64, .size = 128,
      .publish = "%P", .batch = 1, .sample_every = 32};
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
      case STREAM: options.stream = optarg; break;
      case SUBSCRIBERS: options.subscribers = number(optarg, 1, INT_MAX / 2); break;
      case SLOW: options.slow = number(optarg, 0, INT_MAX / 2); break;
      case TOPICS: options.topics = number(optarg, 1, MAX_TOPICS); break;
      case TOPICS_EACH: options.topics_each = number(optarg, 1, MAX_TOPICS); break;
      case SIZE: options.size = number(optarg, MIN_PAYLOAD, MAX_PAYLOAD); break;
      case EVENTS: options.events = number(optarg, 1, INT_MAX); break;
      case BACKLOG: options.backlog = number(optarg, 0, INT_MAX); break;
      case WINDOW: options.window = number(optarg, 1, INT_MAX); break;
      case RATE: options.rate = atof(optarg); break;
      case JSON: options.json = true; break;
      case SUBSCRIBE: add_frame(&options.subscribe, "subscribe", optarg); break;
      case SUBSCRIBE_SECOND: add_frame(&options.subscribe_second, "subscribe-second", optarg); break;
      case HELLO: add_frame(&options.hello, "hello", optarg); break;
      case PUBLISH: options.publish = optarg; break;
      case BINARY: options.binary = true; break;
      case HOLD: options.hold = number(optarg, 1, INT_MAX / 1000); break;
      case CONNECT: options.connect = true; break;
      default: fputs(USAGE, stderr); exit(1);
    }
  if (options.port_count == 0 || options.server_count == 0 || optind != count) {
    fputs(USAGE, stderr);
    exit(1);
  }
  if (options.rate < 0) die("--rate is negative");
  if (options.around != NULL && strstr(options.around, "%B") == NULL) die("--around has no %%B");
  if (options.batch > 1 && options.around == NULL) die("--batch needs --around");
  if (options.window < options.batch) die("--window is less than a batch");
  if (options.events % options.batch != 0) die("--events is no multiple of --batch");
  if (options.topics % options.topics_each != 0) die("--topics is no multiple of --topics-each");
  if (options.subscribers % groups(&options) != 0) die("--subscribers is no multiple of --topics / --topics-each");
  if (options.backlog > 0 && (!options.connect || options.topics > 1)) die("--backlog needs --connect and one topic");
  return options;
}

int main(int count, char **arguments) {
  struct options options = read_options(count, arguments);
  allow_many_files(options.subscribers + options.slow);
  int epoll = epoll_create1(0);
  struct tally *tally = allocate(1, sizeof *tally);
  tally->groups = (uint32_t)groups(&options);
  tally->sample_every = (uint64_t)options.sample_every;
  struct moments moments = {.begun = usage_now(&options)};
  struct subscriber *subscribers = connect_subscribers(&options, epoll);
  int publisher = connect_publisher(&options, epoll);
  wait_until_quiet(&options, epoll, subscribers, publisher, tally);
  if (options.hold > 0) {
    hold(&options);
    return 0;
  }
  moments.connected = usage_now(&options);
  tally->bytes = 0;
  tally->longest_pause = 0;
  if (!options.connect) run(&options, epoll, subscribers, publisher, tally);
  moments.ended = usage_now(&options);
  return report(&options, subscribers, tally, &moments) ? 0 : 2;
}
