/**
 * Carillon, a real-time event broadcasting server.
 *
 * <p>Promise: every event is delivered in order or announced as lost, memory is bounded everywhere,
 * and a slow subscriber costs nobody else.
 *
 * <p>The packages below depend downwards only: {@code cli}, {@code server}, {@code gateway}, {@code
 * security}, {@code publish}, {@code cluster}, {@code hub}, {@code event}, {@code config}.
 */
@org.jspecify.annotations.NullMarked
package dev.carillon;
