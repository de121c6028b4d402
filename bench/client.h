/*
 * What the load generators share: the machine's times, templates of messages, and the client's side of a WebSocket.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  MAX_PAYLOAD = 60000,
  MAX_MESSAGE = MAX_PAYLOAD + 4096,
  MAX_FRAMES = 16,                        /* of a list of them on the command line */
  READ_BUFFER = 1 << 18
};

/* Frames to send one after the other, as templates. */
struct frames {
  const char *of[MAX_FRAMES];
  int count;
};

/* What the places of a template stand for. */
struct values {
  long number;                            /* %N or %I */
  int topic;                              /* %T */
  const char *payload;                    /* %P; %L is its length */
  int size;
};

/* ---- the machine */

/* Says what is wrong, with the program's name before it, and ends the program with 1. */
_Noreturn void die(const char *format, ...);

void *allocate(size_t count, size_t size);

/* Nanoseconds of the monotonic clock. */
int64_t now_ns(void);

/* User and system time of all threads of a process, in seconds. */
double cpu_of(int process);

void allow_many_files(int needed);

/* ---- messages */

/* Appends text to a message being made; the message's bound holds for templates from the command line too. */
size_t append(char *message, size_t length, const char *text, size_t count);

/* Fills a template: %N or %I, %T, %P and %L as in `values`, and \n for CR LF. Returns the message's length. */
size_t fill(char *message, const char *template, const struct values *values);

/* A JSON string of the wanted size with its quotes: filling, which the caller may write over. */
void make_filling(char *payload, int size);

/* ---- connections */

/* A connection to a port of this machine, by the index-th client, from which so many bytes wait at most unread;
   0 is what the system takes. */
int open_connection(int port, int index, int receive_buffer);

/* Asks for a path, with headers of its own or none, and reads the head of the answer, which must have the status.
   What follows it stays in the socket. */
void request(int fd, int port, const char *path, const char *headers, int status);

/* Makes a connection a WebSocket. */
void upgrade(int fd, int port, const char *path);

/* Sends one frame. The mask is zero: it is required, and masking is not what is measured. */
void send_frame(int fd, bool binary, const char *payload, size_t count);

/* Sends a frame made by a template. */
void send_filled(int fd, bool binary, const char *template, const struct values *values);

/* From now on epoll names this connection so when something arrives; reading does not wait. */
void watch(int epoll, int fd, int name);

/* ---- the command line */

/* Options must be numbers within their bounds. */
int number(const char *text, int least, int most);

void add_frame(struct frames *frames, const char *option, const char *template);

#endif
