package dev.carillon.event;

/** A topic or pattern outside the grammar; the message says what is wrong and what is allowed. */
public final class InvalidTopicException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** What the text was meant to be. */
  public enum Kind {
    TOPIC,
    PATTERN
  }

  private final Kind kind;

  InvalidTopicException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
