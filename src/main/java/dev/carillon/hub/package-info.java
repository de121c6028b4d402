/**
 * Fan-out to subscribers inside one process.
 *
 * <p>Promise: publishing never waits, a subscriber's backlog is bounded, and every event a
 * subscriber should have had is sent, queued or announced as lost.
 *
 * <p>Owner: a {@link dev.carillon.hub.Hub} and all it holds belong to one thread, in a server the
 * event loop of a gateway; nothing of it is synchronized. Other threads reach one through a {@link
 * dev.carillon.hub.SharedHub}, whose bounded hand-over is the only thing here that threads share.
 *
 * <p>May know: {@code event}, and JCTools for the hand-over. Knows nothing of sockets, clusters or
 * databases.
 */
@NullMarked
package dev.carillon.hub;

import org.jspecify.annotations.NullMarked;
