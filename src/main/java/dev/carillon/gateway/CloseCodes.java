package dev.carillon.gateway;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The close codes that are told apart in metrics: a client may send any of thousands. */
final class CloseCodes {
  /** A close frame without a code (RFC 6455, section 7.1.5). */
  static final int NONE_GIVEN = 1005;

  /** The connection went without a close frame. */
  static final int GONE = 1006;

  private static final String OTHER = "other";

  /** What browsers and WebSocket libraries close with, and what violations are answered with. */
  private static final int[] OF_RFC_6455 = {1000, 1001, 1002, 1003, NONE_GIVEN, GONE, 1007, 1008};

  private static final List<String> LABELS =
      Stream.concat(
              IntStream.concat(
                      IntStream.of(OF_RFC_6455),
                      Stream.of(CloseReason.values()).mapToInt(CloseReason::code))
                  .distinct()
                  .sorted()
                  .mapToObj(String::valueOf),
              Stream.of(OTHER))
          .toList();

  private CloseCodes() {}

  /** All that {@link #label} gives. */
  static List<String> labels() {
    return LABELS;
  }

  static String label(int code) {
    String label = String.valueOf(code);
    return LABELS.contains(label) ? label : OTHER;
  }
}
