/**
 * Builds a node from its configuration, starts it, drains it and stops it.
 *
 * <p>Promise: a node that started serves; a node that stops tells its clients first and leaves
 * nothing running.
 *
 * <p>Owner: {@link dev.carillon.server.CarillonServer} may be used from any thread.
 *
 * <p>May know: all packages below.
 */
@NullMarked
package dev.carillon.server;

import org.jspecify.annotations.NullMarked;
