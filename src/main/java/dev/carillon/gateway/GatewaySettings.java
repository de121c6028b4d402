package dev.carillon.gateway;

import dev.carillon.hub.HubSettings;
import dev.carillon.publish.PublishSettings;
import dev.carillon.security.Origins;
import java.util.Optional;

/**
 * What a gateway needs to know.
 *
 * @param node the node's name, as clients see it
 * @param overflow the default overflow's name, as clients see it
 * @param http what the sockets and HTTP need
 * @param limits the bounds of what one call may hold
 * @param hub the gateway's own hub
 * @param maxUnflushedEvents delivered to the queues before they are sent on, at most
 * @param publish the gateway's share of what may be on its way
 * @param recovery how subscribers come back to histories
 * @param subscribeMs how long a subscription waits until all nodes of a cluster know of it
 * @param maxSubscribers of the whole node
 * @param maxEventsPerSecond that one connection may publish; 0 for no limit
 */
public record GatewaySettings(
    String node,
    String overflow,
    HttpSettings http,
    EventLimits limits,
    HubSettings hub,
    int maxUnflushedEvents,
    PublishSettings publish,
    RecoverySettings recovery,
    long subscribeMs,
    int maxSubscribers,
    int maxEventsPerSecond) {

  /**
   * How subscribers come back to histories.
   *
   * @param perSecond the gateway's share of those that may begin to read in a second
   * @param deadlineMs how long a subscription waits for the store
   */
  public record RecoverySettings(double perSecond, long deadlineMs) {}

  /**
   * What the sockets and HTTP need.
   *
   * @param host to listen on
   * @param port to listen on; 0 takes a free one
   * @param origins of web pages that may use the doors, besides the server's own
   * @param sendBufferBytes of each socket, in the kernel
   * @param pingSeconds between two pings, or two comment lines of an event stream
   * @param idleSeconds without a sign of life, after which a connection is closed
   * @param requestSeconds that a request may take to arrive
   * @param acceptBacklog connections waiting to be accepted
   * @param maxHeaderBytes of a request's headers together
   * @param maxRequestLineBytes of a request's first line
   * @param maxJsonDepth of nested objects and arrays
   * @param compression of WebSocket frames where the client offers it
   * @param tls the certificate; without one the listener speaks plain HTTP
   */
  public record HttpSettings(
      String host,
      int port,
      Origins origins,
      int sendBufferBytes,
      int pingSeconds,
      int idleSeconds,
      int requestSeconds,
      int acceptBacklog,
      int maxHeaderBytes,
      int maxRequestLineBytes,
      int maxJsonDepth,
      boolean compression,
      Optional<TlsSettings> tls) {}
}
