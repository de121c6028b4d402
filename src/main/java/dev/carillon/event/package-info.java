/**
 * The values that travel: events, topics, patterns, gaps and the frames that carry them.
 *
 * <p>Promise: everything here is immutable, and bytes that a client sees are made once, when a
 * frame is made.
 *
 * <p>Owner: nobody; values pass between threads freely.
 *
 * <p>May know: jackson-core. Knows nothing of sockets, hubs or nodes.
 */
@NullMarked
package dev.carillon.event;

import org.jspecify.annotations.NullMarked;
