package dev.carillon.hub;

/**
 * What a {@link SharedHub} needs to know.
 *
 * @param hub the queues of its subscribers
 * @param maxSubscribers at the same time, 1 to 1,000,000
 * @param maxPublications calls of {@code publish} and {@code publishBatch} that wait for the hub's
 *     thread at most, 1 to 1,048,576; more are dropped and announced
 * @param maxBytes the bytes of events that wait with them at most; one publication always fits
 */
public record SharedHubSettings(
    HubSettings hub, int maxSubscribers, int maxPublications, long maxBytes) {

  /** {@link HubSettings#DEFAULT}, 10,000 subscribers, 16,384 publications, 32 MiB. */
  public static final SharedHubSettings DEFAULT =
      new SharedHubSettings(HubSettings.DEFAULT, 10_000, 1 << 14, 32 << 20);

  public SharedHubSettings {
    requireWithin("maxSubscribers", maxSubscribers, 1_000_000);
    requireWithin("maxPublications", maxPublications, 1 << 20);
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes " + maxBytes + " is less than 1");
    }
  }

  /** The default with other queues. */
  public static SharedHubSettings of(HubSettings hub) {
    return new SharedHubSettings(
        hub, DEFAULT.maxSubscribers, DEFAULT.maxPublications, DEFAULT.maxBytes);
  }

  private static void requireWithin(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(name + " " + value + " is outside 1 to " + most);
    }
  }
}
