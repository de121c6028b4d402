/**
 * A load generator: many subscribers, few publishers, and what became of each event.
 *
 * <p>Promise: a latency counts from when its event was meant to be sent, every event is either
 * delivered, announced as lost or missing, and the result says which side could not do more.
 *
 * <p>Owner: a subscriber and the numbers of its loop belong to one event loop; they are read after
 * the run.
 *
 * <p>May know: {@code client} and Vert.x's sockets. It speaks WebSocket itself, as a client that
 * does everything for its user would be the slower side.
 */
@NullMarked
package dev.carillon.cli.bench;

import org.jspecify.annotations.NullMarked;
