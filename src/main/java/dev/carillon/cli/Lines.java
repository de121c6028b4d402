package dev.carillon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The lines of a stream of UTF-8, as they come. Reads ahead no more than what one read gives, and
 * holds no line longer than the bound.
 */
final class Lines {
  private final InputStream in;
  private final int maxBytes;
  private final byte[] chunk = new byte[8192];
  private int at;
  private int end;
  private long number;

  Lines(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /**
   * The next line without its end, or nothing at the end of the stream. Blocks.
   *
   * @throws LineTooLongException when the line exceeds the bound; the line after it is next
   */
  Optional<String> next() throws IOException, LineTooLongException {
    byte[] line = new byte[128];
    int length = 0;
    boolean any = false;
    boolean tooLong = false;
    while (true) {
      if (at == end) {
        at = 0;
        end = Math.max(0, in.read(chunk));
        if (end == 0) {
          if (!any) {
            return Optional.empty();
          }
          break;
        }
      }
      any = true;
      int from = at;
      while (at < end && chunk[at] != '\n') {
        at++;
      }
      int more = at - from;
      if (length + more > maxBytes) {
        tooLong = true;
        length = 0;
      } else if (!tooLong) {
        if (length + more > line.length) {
          line = Arrays.copyOf(line, Math.max(length + more, line.length * 2));
        }
        System.arraycopy(chunk, from, line, length, more);
        length += more;
      }
      if (at < end) {
        at++;
        break;
      }
    }
    number++;
    if (tooLong) {
      throw new LineTooLongException(maxBytes);
    }
    if (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    return Optional.of(new String(line, 0, length, StandardCharsets.UTF_8));
  }

  /** The number of the line that {@link #next} gave last, from 1. */
  long number() {
    return number;
  }

  /** A line beyond the bound. */
  static final class LineTooLongException extends Exception {
    private static final long serialVersionUID = 1L;

    LineTooLongException(int maxBytes) {
      super("longer than " + maxBytes + " bytes");
    }
  }
}
