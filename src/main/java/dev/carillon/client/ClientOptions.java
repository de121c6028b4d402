package dev.carillon.client;

import java.util.Optional;

/**
 * What a {@link CarillonClient} needs to know.
 *
 * @param maxFrameBytes the largest frame to send or take
 */
public record ClientOptions(
    ServerUrl server,
    Identity identity,
    ConnectPolicy connect,
    PublishPolicy publish,
    Liveness liveness,
    int maxFrameBytes) {

  private static final int DEFAULT_MAX_FRAME_BYTES = 2 << 20;
  private static final int LEAST_MAX_FRAME_BYTES = 1024;

  public ClientOptions {
    if (maxFrameBytes < LEAST_MAX_FRAME_BYTES) {
      throw new IllegalArgumentException(
          "maxFrameBytes " + maxFrameBytes + "; allowed: " + LEAST_MAX_FRAME_BYTES + " or more");
    }
  }

  /**
   * The defaults of each part, and 2 MiB a frame.
   *
   * @param url {@code http://HOST:PORT}
   * @throws IllegalArgumentException when the url is not one
   */
  public static ClientOptions of(String url) {
    return new ClientOptions(
        ServerUrl.parse(url),
        Identity.NONE,
        ConnectPolicy.DEFAULT,
        PublishPolicy.DEFAULT,
        Liveness.DEFAULT,
        DEFAULT_MAX_FRAME_BYTES);
  }

  /** Asks for an id; see {@link Identity#takeover}. */
  public ClientOptions withSubscriber(String id, boolean takeover) {
    return withIdentity(new Identity(Optional.of(id), takeover, identity.token()));
  }

  public ClientOptions withToken(String token) {
    return withIdentity(
        new Identity(identity.subscriber(), identity.takeover(), Optional.of(token)));
  }

  public ClientOptions withIdentity(Identity value) {
    return new ClientOptions(server, value, connect, publish, liveness, maxFrameBytes);
  }

  public ClientOptions withConnect(ConnectPolicy value) {
    return new ClientOptions(server, identity, value, publish, liveness, maxFrameBytes);
  }

  public ClientOptions withPublish(PublishPolicy value) {
    return new ClientOptions(server, identity, connect, value, liveness, maxFrameBytes);
  }

  public ClientOptions withLiveness(Liveness value) {
    return new ClientOptions(server, identity, connect, publish, value, maxFrameBytes);
  }

  public ClientOptions withMaxFrameBytes(int value) {
    return new ClientOptions(server, identity, connect, publish, liveness, value);
  }
}
