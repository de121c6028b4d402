/**
 * Carillon's client for Java.
 *
 * <p>Promise: a client stays connected as long as the server wants it, asks again for all its
 * topics after each reconnect, and every acknowledged publish ends exactly once: published, or
 * given up after a bounded number of attempts. Nothing it holds grows without bound.
 *
 * <p>Owner: the Vert.x context on which a {@link CarillonClient} was built. Its methods may be
 * called from any thread; its handlers and the futures it gives are called on that context.
 *
 * <p>May know: {@code event} and Vert.x core. Knows nothing of hubs, gateways or stores.
 */
@NullMarked
package dev.carillon.client;

import org.jspecify.annotations.NullMarked;
