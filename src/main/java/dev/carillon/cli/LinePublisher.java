package dev.carillon.cli;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.CarillonException;
import dev.carillon.client.OutgoingEvent;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Publishes an event a line, in the lines' order, each as soon as it is read. A line is read only
 * when there is room for one more unanswered event, so that a slow server slows its input down.
 *
 * <p>The reading thread is the caller's; answers come on the client's context.
 */
final class LinePublisher {
  // What is unanswered is bounded in bytes as well, as lines may be long.
  private static final int IN_FLIGHT_KIB = 16 << 10;

  private final CarillonClient client;
  private final PublishTally tally;
  private final int inFlight;
  private final Semaphore events;
  private final Semaphore kibibytes = new Semaphore(IN_FLIGHT_KIB);
  private volatile boolean hopeless;

  LinePublisher(CarillonClient client, PublishTally tally, int inFlight) {
    this.client = client;
    this.tally = tally;
    this.inFlight = inFlight;
    this.events = new Semaphore(inFlight);
  }

  /** Publishes all lines; comes back when all are answered, or going on is no use. */
  void run(Lines lines, LineSource source) throws IOException, InterruptedException {
    while (true) {
      events.acquire();
      if (hopeless) {
        events.release();
        break;
      }
      Optional<String> line;
      try {
        line = lines.next();
      } catch (Lines.LineTooLongException e) {
        events.release();
        tally.sent();
        tally.failed("line " + lines.number(), Carillon.oneLine(e.getMessage()));
        continue;
      }
      if (line.isEmpty()) {
        events.release();
        break;
      }
      publish(lines.number(), line.get(), source);
    }
    events.acquire(inFlight);
  }

  private void publish(long number, String line, LineSource source) throws InterruptedException {
    tally.sent();
    OutgoingEvent event;
    try {
      event = source.event(line);
    } catch (IllegalArgumentException e) {
      events.release();
      tally.failed("line " + number, Carillon.oneLine(e.getMessage()));
      return;
    }
    int size = Math.min(IN_FLIGHT_KIB, 1 + line.length() / 1024);
    kibibytes.acquire(size);
    client
        .publish(event)
        .onComplete(
            published -> {
              if (published.succeeded()) {
                tally.acknowledged();
              } else {
                onFailure(number, published.cause());
              }
              kibibytes.release(size);
              events.release();
            });
  }

  private void onFailure(long number, Throwable failure) {
    // Refused for good, it was that event's own fault; otherwise the next ones would fare no
    // better.
    if (!(failure instanceof CarillonException known)
        || known.isRetryable()
        || known.code().equals(CarillonException.CLOSED)) {
      hopeless = true;
    }
    tally.failed("line " + number, Failures.words(failure));
  }

  /** Whether it ended before its input did. */
  boolean gaveUp() {
    return hopeless;
  }
}
