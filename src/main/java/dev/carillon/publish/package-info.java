/**
 * Takes what clients publish: admits or refuses it, removes repeats, makes events and passes them
 * on.
 *
 * <p>Promise: a publish never waits for a subscriber; what is on its way to the hubs is bounded in
 * bytes, per connection and per node; the same event id on the same topic is published once within
 * the window.
 *
 * <p>Owner: a {@link dev.carillon.publish.Publisher} belongs to the event loop of its gateway; the
 * {@link dev.carillon.publish.DeduplicationWindow} is shared by all of a node's and safe for
 * threads.
 *
 * <p>May know: {@code event}, and of {@code store} the contract. Reaches the relay through {@link
 * dev.carillon.publish.EventRelay} only.
 */
@NullMarked
package dev.carillon.publish;

import org.jspecify.annotations.NullMarked;
