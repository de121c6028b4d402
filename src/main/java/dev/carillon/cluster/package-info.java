/**
 * The way of events between verticles and between nodes, over the Vert.x event bus.
 *
 * <p>Promise: an event goes to the verticles and nodes that asked for its topic and to no other;
 * what is on its way to one of them is bounded in bytes, and what finds no room is counted and
 * announced there, or named to be read from its history. Events of a history go on in the order of
 * their offsets.
 *
 * <p>Owner: {@link dev.carillon.cluster.RelayVerticle} and its tables and links belong to the
 * relay's event loop; a {@link dev.carillon.cluster.TopicConsumer} belongs to the context that
 * registered it. They speak by messages only. {@link dev.carillon.cluster.Membership}, {@link
 * dev.carillon.cluster.NodeCalls} and {@link dev.carillon.cluster.Reach} are for any thread.
 *
 * <p>May know: {@code store} for what is stored and was not sent, {@code hub} for the topic tree,
 * {@code event}, the Vert.x event bus, and Hazelcast in {@link
 * dev.carillon.cluster.HazelcastMembership} alone.
 */
@NullMarked
package dev.carillon.cluster;

import org.jspecify.annotations.NullMarked;
