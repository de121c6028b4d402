package dev.carillon.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Lines on standard output, written by a thread of their own: whoever prints never waits for
 * whoever reads. What waits is written and flushed together, as soon as the former is out. Past a
 * bound it says that it is full, and when it has room again.
 */
final class LineOutput {
  private static final int FULL_BYTES = 1 << 20;
  private static final long LAST_WORDS_MS = 5_000;

  private final OutputStream out;
  private final Runnable onRoom;
  private final Runnable onBroken;
  private final Thread writer = new Thread(this::write, "standard-output");
  private final Object lock = new Object();

  // Guarded by the lock.
  private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
  private boolean closed;

  /**
   * Begins.
   *
   * @param onRoom called, on the writer's thread, when it was full and is not any more
   * @param onBroken called, on the writer's thread, when nobody reads any more
   */
  LineOutput(OutputStream out, Runnable onRoom, Runnable onBroken) {
    this.out = out;
    this.onRoom = onRoom;
    this.onBroken = onBroken;
    writer.setDaemon(true);
    writer.start();
  }

  /** Prints a line; answers whether there is room for more. */
  boolean print(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    synchronized (lock) {
      waiting.write(bytes, 0, bytes.length);
      waiting.write('\n');
      lock.notifyAll();
      return waiting.size() < FULL_BYTES;
    }
  }

  private void write() {
    try {
      while (true) {
        ByteArrayOutputStream batch;
        synchronized (lock) {
          while (waiting.size() == 0 && !closed) {
            lock.wait();
          }
          if (waiting.size() == 0) {
            return;
          }
          batch = waiting;
          waiting = new ByteArrayOutputStream();
        }
        batch.writeTo(out);
        out.flush();
        if (batch.size() >= FULL_BYTES) {
          onRoom.run();
        }
      }
    } catch (IOException e) {
      onBroken.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what waits; gives up after a while if nobody reads. */
  void close() throws InterruptedException {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    TimeUnit.MILLISECONDS.timedJoin(writer, LAST_WORDS_MS);
  }
}
