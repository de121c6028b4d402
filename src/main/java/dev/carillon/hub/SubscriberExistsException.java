package dev.carillon.hub;

/** A subscriber id is in use. */
public final class SubscriberExistsException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public SubscriberExistsException(String id) {
    super("subscriber id in use: " + id);
  }
}
