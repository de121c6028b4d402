package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;

/** What no answer of the server may hold, whatever it is an answer to. */
final class Answer {
  private static final Pattern INSIDES =
      Pattern.compile(
          "Exception|StreamReadConstraints|\\.java:|\\bat [a-z]+\\.[a-z]+\\."
              + "|\\b(java|javax|io\\.vertx|io\\.netty|com\\.fasterxml|dev\\.carillon)\\.");

  private Answer() {}

  /** Fails where an answer tells of the server's insides. */
  static String checked(String answer) {
    assertThat(INSIDES.matcher(answer).find())
        .withFailMessage("an answer shows the server's insides: %s", answer)
        .isFalse();
    return answer;
  }
}
