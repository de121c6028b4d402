package dev.carillon.event;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * Makes ids for events: UUIDs of version 7 (RFC 9562, section 5.7), in ascending order per
 * instance.
 *
 * <p>Own code because {@code java.util.UUID} has no version 7 and an id is made for every event: no
 * lock and one allocation. The 12 bits after the time count within a millisecond (section 6.2,
 * method 1); past them the time runs ahead, and a clock that is set back is not followed.
 *
 * <p>Not safe for threads.
 */
public final class EventIds {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_COUNT = 0xfff;

  private final RandomGenerator random;
  private final byte[] text = new byte[36];
  private long lastMillis;
  private int count;

  /**
   * Makes a source of ids.
   *
   * @param random tells apart what several sources make in the same millisecond
   */
  public EventIds(RandomGenerator random) {
    this.random = random;
  }

  /** A new id, above all that this source made before. */
  public String next(long nowMillis) {
    if (nowMillis > lastMillis) {
      lastMillis = nowMillis;
      count = 0;
    } else if (count == MAX_COUNT) {
      lastMillis++;
      count = 0;
    } else {
      count++;
    }
    long high = (lastMillis << 16) | 0x7000 | count;
    long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    hex(0, high, 60, 8);
    text[8] = '-';
    hex(9, high, 28, 4);
    text[13] = '-';
    hex(14, high, 12, 4);
    text[18] = '-';
    hex(19, low, 60, 4);
    text[23] = '-';
    hex(24, low, 44, 12);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private void hex(int at, long value, int firstShift, int digits) {
    for (int i = 0; i < digits; i++) {
      text[at + i] = HEX[(int) (value >>> (firstShift - 4 * i)) & 0xf];
    }
  }
}
