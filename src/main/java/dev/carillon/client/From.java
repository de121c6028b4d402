package dev.carillon.client;

import io.vertx.core.json.JsonObject;

/** Where in the history of its topics a subscription begins. */
public sealed interface From {

  /** With the first event that is left. */
  record Earliest() implements From {}

  /**
   * With the newest events.
   *
   * @param events how many of each topic, 1 or more
   */
  record Last(long events) implements From {
    public Last {
      if (events < 1) {
        throw new IllegalArgumentException("last " + events + "; allowed: 1 or more");
      }
    }
  }

  /**
   * Behind a place that is known: the events after this offset.
   *
   * @param epoch the life of the history that the offset belongs to
   * @param offset 0 or more
   */
  record Behind(String epoch, long offset) implements From {
    public Behind {
      if (offset < 0) {
        throw new IllegalArgumentException("offset " + offset + "; allowed: 0 or more");
      }
    }
  }

  /** With live events; a reconnect goes on where the last one left off. */
  record Live() implements From {}

  /** As the protocol says it. */
  static Object json(From from) {
    if (from instanceof Last last) {
      return new JsonObject().put("last", last.events());
    }
    if (from instanceof Behind behind) {
      return new JsonObject().put("epoch", behind.epoch()).put("offset", behind.offset());
    }
    return "earliest";
  }
}
