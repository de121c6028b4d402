/**
 * What all benchmarks share: their events, and the work that their CPU time is compared with.
 *
 * <p>A benchmark stands in the package of what it measures. Its parameter {@code deliveries}, where
 * it has one, says how many deliveries one operation makes.
 */
@NullMarked
package dev.carillon.bench;

import org.jspecify.annotations.NullMarked;
