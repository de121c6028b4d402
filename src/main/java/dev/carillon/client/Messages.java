package dev.carillon.client;

/** Words for failures that come from below. */
final class Messages {
  private Messages() {}

  /** A failure in one line, for people. */
  static String of(Throwable failure) {
    String message = failure.getMessage();
    String text =
        message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
