package dev.carillon.publish;

/**
 * What a publisher did so far.
 *
 * @param published events taken
 * @param repeats events that were known already and not published again
 * @param refused events refused because too much was on its way
 * @param bytesInFlight admitted and not yet taken by the hubs, now
 */
public record PublishCounts(long published, long repeats, long refused, long bytesInFlight) {
  public static final PublishCounts NONE = new PublishCounts(0, 0, 0, 0);

  public PublishCounts plus(PublishCounts other) {
    return new PublishCounts(
        published + other.published,
        repeats + other.repeats,
        refused + other.refused,
        bytesInFlight + other.bytesInFlight);
  }
}
