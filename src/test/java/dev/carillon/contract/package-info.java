/**
 * The contract with clients, tested from outside: sentence by sentence, over real sockets, with
 * good input and bad.
 *
 * <p>May know: the clients and the server of {@code testing}, and nothing else of the product.
 */
@NullMarked
package dev.carillon.contract;

import org.jspecify.annotations.NullMarked;
