/**
 * The way of events between verticles, over the Vert.x event bus.
 *
 * <p>Promise: an event goes to the verticles that asked for its topic and to no other; what is on
 * its way to one of them is bounded in bytes, and what finds no room is counted and announced
 * there.
 *
 * <p>Owner: {@link dev.carillon.cluster.RelayVerticle} and its table and links belong to the
 * relay's event loop; a {@link dev.carillon.cluster.TopicConsumer} belongs to the context that
 * registered it. They speak by messages only.
 *
 * <p>May know: {@code hub} for the topic tree, {@code event}, the Vert.x event bus.
 */
@NullMarked
package dev.carillon.cluster;

import org.jspecify.annotations.NullMarked;
