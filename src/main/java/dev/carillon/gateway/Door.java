package dev.carillon.gateway;

/** How a subscriber is connected. */
enum Door {
  WEBSOCKET("websocket"),
  EVENT_STREAM("sse");

  private final String word;

  Door(String word) {
    this.word = word;
  }

  /** The word that lists and metrics show. */
  String word() {
    return word;
  }
}
