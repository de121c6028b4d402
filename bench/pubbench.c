/*
 * pubbench: WebSocket publishers of which each waits for the answer to its publish before the next one.
 *
 * The figure is the server's CPU time per publish, where nobody is subscribed. A publish counts when its answer arrives,
 * which a template says; where the server's answers have the number of what they answer, so has the template.
 *
 *     cc -O2 -Wall -Wextra -o pubbench pubbench.c client.c      Linux only: epoll
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "client.h"

enum {
  MAX_ANSWER = 256,
  QUIET_MS = 300,                         /* nothing arrives for so long: set-up is over */
  STALL_MS = 5000                         /* no answer for so long: the run is over, incomplete */
};

struct options {
  int port, server;
  const char *path;
  int publishers;
  long events;
  int size;
  bool binary;
  struct frames hello;
  const char *publish, *answer;
};

struct publisher {
  int fd;
  char answer[MAX_ANSWER];                /* that its publish must get */
  size_t answer_length;
  char tail[MAX_ANSWER];                  /* of what arrived: an answer may be cut off at the end of a read */
  size_t tail_length;
};

static struct publisher *connect_publishers(const struct options *options, int epoll) {
  struct publisher *all = allocate((size_t)options->publishers, sizeof *all);
  for (int i = 0; i < options->publishers; i++) {
    all[i].fd = open_connection(options->port, i, 0);
    upgrade(all[i].fd, options->port, options->path);
    for (int k = 0; k < options->hello.count; k++)
      send_filled(all[i].fd, options->binary, options->hello.of[k], &(struct values){.number = i});
    watch(epoll, all[i].fd, i);
  }
  return all;
}

/* Reads and forgets what the server says at first, until it is quiet. */
static void wait_until_quiet(int epoll, const struct publisher *publishers) {
  static char buffer[READ_BUFFER];
  struct epoll_event ready[64];
  int count;
  while ((count = epoll_wait(epoll, ready, 64, QUIET_MS)) > 0)
    for (int i = 0; i < count; i++)
      if (read(publishers[ready[i].data.fd].fd, buffer, sizeof buffer) == 0) die("the server closed a connection");
}

static void publish(const struct options *options, struct publisher *publisher, long event) {
  static char payload[MAX_PAYLOAD], answer[MAX_MESSAGE];
  make_filling(payload, options->size);
  struct values values = {.number = event, .payload = payload, .size = options->size};
  publisher->answer_length = fill(answer, options->answer, &values);
  if (publisher->answer_length > MAX_ANSWER) die("--answer makes more than %d bytes", MAX_ANSWER);
  memcpy(publisher->answer, answer, publisher->answer_length);
  publisher->tail_length = 0;
  send_filled(publisher->fd, options->binary, options->publish, &values);
}

/* Whether what has arrived holds the answer that is waited for. */
static bool takes_answer(struct publisher *publisher) {
  static char buffer[MAX_ANSWER + READ_BUFFER];
  memcpy(buffer, publisher->tail, publisher->tail_length);
  ssize_t length = read(publisher->fd, buffer + publisher->tail_length, READ_BUFFER);
  if (length == 0) die("the server closed a connection");
  if (length < 0) return false;
  size_t count = publisher->tail_length + (size_t)length;
  if (memmem(buffer, count, publisher->answer, publisher->answer_length) != NULL) return true;
  publisher->tail_length = count < publisher->answer_length ? count : publisher->answer_length - 1;
  memcpy(publisher->tail, buffer + count - publisher->tail_length, publisher->tail_length);
  return false;
}

/* Publishes all; returns how many were answered. */
static long run(const struct options *options, int epoll, struct publisher *publishers) {
  struct epoll_event ready[64];
  long sent = 0, answered = 0;
  for (int i = 0; i < options->publishers && sent < options->events; i++) publish(options, &publishers[i], sent++);
  while (answered < options->events) {
    int count = epoll_wait(epoll, ready, 64, STALL_MS);
    if (count <= 0) break;
    for (int i = 0; i < count; i++) {
      struct publisher *publisher = &publishers[ready[i].data.fd];
      if (!takes_answer(publisher)) continue;
      answered++;
      if (sent < options->events) publish(options, publisher, sent++);
    }
  }
  return answered;
}

static const char USAGE[] =
    "pubbench --port N --server PID --publish TEMPLATE --answer TEMPLATE [--path /ws] [--publishers 64] [--events 10000]\n"
    "         [--size 128] [--hello FRAME]... [--binary]\n"
    "  --publish  an event; %P the payload (a JSON string), %L its length, %N its number\n"
    "  --answer   what its answer holds; %N as above\n"
    "  --hello    sent on each connection first\n"
    "Prints JSON; exits 0 if every publish was answered, 2 if not.\n";

static struct options read_options(int count, char **arguments) {
  enum { PORT, SERVER, PATH, PUBLISHERS, EVENTS, SIZE, HELLO, PUBLISH, ANSWER, BINARY };
  static const struct option known[] = {
      {"port", required_argument, 0, PORT},       {"server", required_argument, 0, SERVER},
      {"path", required_argument, 0, PATH},       {"publishers", required_argument, 0, PUBLISHERS},
      {"events", required_argument, 0, EVENTS},   {"size", required_argument, 0, SIZE},
      {"hello", required_argument, 0, HELLO},     {"publish", required_argument, 0, PUBLISH},
      {"answer", required_argument, 0, ANSWER},   {"binary", no_argument, 0, BINARY}, {0, 0, 0, 0}};
  struct options options = {.path = "/ws", .publishers = 64, .events = 10000, .size = 128};
  int option;
  while ((option = getopt_long(count, arguments, "", known, NULL)) >= 0) switch (option) {
      case PORT: options.port = number(optarg, 1, 65535); break;
      case SERVER: options.server = number(optarg, 1, INT_MAX); break;
      case PATH: options.path = optarg; break;
      case PUBLISHERS: options.publishers = number(optarg, 1, 10000); break;
      case EVENTS: options.events = number(optarg, 1, INT_MAX); break;
      case SIZE: options.size = number(optarg, 2, MAX_PAYLOAD); break;
      case HELLO: add_frame(&options.hello, "hello", optarg); break;
      case PUBLISH: options.publish = optarg; break;
      case ANSWER: options.answer = optarg; break;
      case BINARY: options.binary = true; break;
      default: fputs(USAGE, stderr); exit(1);
    }
  if (options.port == 0 || options.server == 0 || options.publish == NULL || options.answer == NULL || *options.answer == 0
      || optind != count) {
    fputs(USAGE, stderr);
    exit(1);
  }
  return options;
}

int main(int count, char **arguments) {
  struct options options = read_options(count, arguments);
  allow_many_files(options.publishers);
  int epoll = epoll_create1(0);
  struct publisher *publishers = connect_publishers(&options, epoll);
  wait_until_quiet(epoll, publishers);
  int64_t start = now_ns();
  double before = cpu_of(options.server);
  long answered = run(&options, epoll, publishers);
  double used = cpu_of(options.server) - before, seconds = (double)(now_ns() - start) / 1e9;
  printf("{\"publishers\":%d,\"events\":%ld,\"answered\":%ld,\"size\":%d,\"seconds\":%.3f,\"serverCpuMicrosPerPublish\":%.3f}\n",
         options.publishers, options.events, answered, options.size, seconds, used * 1e6 / (double)(answered > 0 ? answered : 1));
  return answered == options.events ? 0 : 2;
}
