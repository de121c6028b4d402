/**
 * Programs that the documentation shows, as they are.
 *
 * <p>Promise: {@code docs/library.md} shows exactly these files, and each of them runs.
 *
 * <p>May know: what an embedding program may know. Owner: each program owns what it starts.
 */
@NullMarked
package dev.carillon.examples;

import org.jspecify.annotations.NullMarked;
