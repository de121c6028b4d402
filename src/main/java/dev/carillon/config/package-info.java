/**
 * What a node is told before it starts: a JSON file, the environment and {@code --set}, checked by
 * one JSON schema.
 *
 * <p>Promise: a configuration is either whole, within its bounds and free of contradictions, or
 * every mistake in it is named at once. Defaults, bounds, units and reasons stand in {@code
 * schema.json} and nowhere else.
 *
 * <p>Owner: everything here is immutable; it is used by the starting thread and then only read.
 *
 * <p>May know: {@code jackson-core}. Knows nothing of the packages that it configures.
 */
@NullMarked
package dev.carillon.config;

import org.jspecify.annotations.NullMarked;
