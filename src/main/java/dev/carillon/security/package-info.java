/**
 * Who may do what.
 *
 * <p>Promise: what is not allowed is refused before it costs anything.
 *
 * <p>Owner: values without state, used from any thread.
 *
 * <p>May know: nothing but {@code config}'s values.
 */
@NullMarked
package dev.carillon.security;

import org.jspecify.annotations.NullMarked;
