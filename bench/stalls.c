/*
 * stalls: what a machine takes from a program that does nothing but read the clock.
 *
 * A virtual machine's cores are others' too from time to time, and the kernel has work of its own. For so long nothing here
 * runs, whatever it is, so a tail of latencies is the server's only as far as it goes beyond this.
 *
 *     cc -O2 -Wall -Wextra -o stalls stalls.c; ./stalls SECONDS      prints one line of JSON
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const double STALL_MILLIS = 0.2;
static const double MOST_SECONDS = 600;

static double millis(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int count, char **arguments) {
  double seconds = count == 2 ? strtod(arguments[1], NULL) : 0;
  if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
    fprintf(stderr, "stalls: takes one number of seconds, at most %.0f\n", MOST_SECONDS);
    return 1;
  }
  double start = millis(), last = start, stalled = 0, longest = 0;
  while (last - start < seconds * 1e3) {
    double now = millis(), between = now - last;
    if (between >= STALL_MILLIS) {
      stalled += between;
      longest = between > longest ? between : longest;
    }
    last = now;
  }
  printf("{\"percent\": %.2f, \"longestMillis\": %.2f}\n", stalled / (last - start) * 100, longest);
  return 0;
}
