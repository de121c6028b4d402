/**
 * Real nodes in network namespaces, faults between them, numbered publishers, recording
 * subscribers, and one checker that holds what these saw to what is promised.
 *
 * <p>Promise: no run leaves a process, a namespace or an interface behind, however it ends; what
 * breaks a promise is found and named, with the publication and the subscriber.
 *
 * <p>May know: the product's jar, its protocol and its configuration, never its classes but for
 * patterns. Owner: a {@link dev.carillon.faults.Namespaces} owns everything that runs in it.
 */
@NullMarked
package dev.carillon.faults;

import org.jspecify.annotations.NullMarked;
