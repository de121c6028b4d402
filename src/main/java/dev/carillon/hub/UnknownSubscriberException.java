package dev.carillon.hub;

/** No subscriber has this id. */
public final class UnknownSubscriberException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public UnknownSubscriberException(String id) {
    super("no such subscriber: " + id);
  }
}
