package dev.carillon.cli.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An event's data: a JSON string of fixed length that says when it was meant to be sent, by whom,
 * as which event, and whether it counts.
 */
final class Payload {
  static final int MAX_PUBLISHERS = 999;
  static final long MAX_EVENTS = 9_999_999_999L;

  static final byte MARK = '~';
  private static final int TIME_AT = 2;
  private static final int TIME_DIGITS = 19;
  private static final int EVENT_AT = TIME_AT + TIME_DIGITS;
  private static final int EVENT_DIGITS = 10;
  private static final int PUBLISHER_AT = EVENT_AT + EVENT_DIGITS;
  private static final int PUBLISHER_DIGITS = 3;
  private static final int COUNTS_AT = PUBLISHER_AT + PUBLISHER_DIGITS;

  private Payload() {}

  /** A payload of {@code size} bytes, its numbers yet to be set. */
  static byte[] blank(int size) {
    byte[] json = new byte[size];
    Arrays.fill(json, (byte) 'x');
    json[0] = '"';
    json[1] = MARK;
    json[size - 1] = '"';
    return json;
  }

  static void set(byte[] bytes, int at, long nanos, long event, int publisher, boolean counts) {
    digits(bytes, at + TIME_AT, TIME_DIGITS, nanos);
    digits(bytes, at + EVENT_AT, EVENT_DIGITS, event);
    digits(bytes, at + PUBLISHER_AT, PUBLISHER_DIGITS, publisher);
    bytes[at + COUNTS_AT] = (byte) (counts ? '1' : '0');
  }

  private static void digits(byte[] bytes, int at, int length, long value) {
    long rest = value;
    for (int i = at + length - 1; i >= at; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /**
   * Where the payload of an event frame begins, or -1. It is the frame's last field in Carillon's
   * own frames; in others it is searched for.
   */
  static int find(byte[] bytes, int from, int to, int size) {
    int last = to - 1 - size;
    if (last >= from && bytes[last] == '"' && bytes[last + 1] == MARK) {
      return last;
    }
    for (int i = from; i + size <= to; i++) {
      if (bytes[i] == '"' && bytes[i + 1] == MARK) {
        return i;
      }
    }
    return -1;
  }

  static long nanos(byte[] bytes, int at) {
    return number(bytes, at + TIME_AT, TIME_DIGITS);
  }

  static long event(byte[] bytes, int at) {
    return number(bytes, at + EVENT_AT, EVENT_DIGITS);
  }

  static int publisher(byte[] bytes, int at) {
    return (int) number(bytes, at + PUBLISHER_AT, PUBLISHER_DIGITS);
  }

  static boolean counts(byte[] bytes, int at) {
    return bytes[at + COUNTS_AT] == '1';
  }

  private static long number(byte[] bytes, int at, int length) {
    long value = 0;
    for (int i = at; i < at + length; i++) {
      value = value * 10 + (bytes[i] - '0');
    }
    return value;
  }

  /** The command that publishes a blank payload. */
  static byte[] command(String topic, byte[] blank) {
    String before = "{\"type\":\"publish\",\"id\":0,\"topic\":\"" + topic + "\",\"data\":";
    byte[] head = before.getBytes(StandardCharsets.US_ASCII);
    byte[] command = Arrays.copyOf(head, head.length + blank.length + 1);
    System.arraycopy(blank, 0, command, head.length, blank.length);
    command[command.length - 1] = '}';
    return command;
  }
}
