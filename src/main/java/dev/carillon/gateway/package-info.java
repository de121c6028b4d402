/**
 * The doors: WebSocket, Server-Sent Events and HTTP.
 *
 * <p>Promise: every connection is answered as the contract says, gets its events in one write per
 * tick, and costs nobody else anything when it is slow or hostile.
 *
 * <p>Owner: one {@link dev.carillon.gateway.GatewayVerticle} per event loop owns its connections,
 * sessions, hub and publisher; nothing of it is touched from another thread. {@link
 * dev.carillon.gateway.SubscriberIds} is shared by a node's gateways and safe for threads.
 *
 * <p>May know: vertx-web, Netty, and all packages below.
 */
@NullMarked
package dev.carillon.gateway;

import org.jspecify.annotations.NullMarked;
