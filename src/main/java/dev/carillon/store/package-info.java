/**
 * The histories of topics and the dead letters, behind contracts that every kind of store keeps.
 *
 * <p>Promise: an append that is answered is as safe as the kind of store says; offsets are 1, 2, 3
 * … without holes in one epoch; what fails is answered as failed and is not published; what is kept
 * is bounded by count, age and bytes.
 *
 * <p>Owner: everything that changes a store belongs to its one writer thread, see {@link
 * dev.carillon.store.GroupCommit}; readers have threads of their own and see what is committed.
 *
 * <p>May know: {@code event}, JDBC, PostgreSQL's driver, Flyway, JCTools, Caffeine; what is called
 * Ring… Hazelcast. Knows nothing of sockets and hubs.
 */
@NullMarked
package dev.carillon.store;

import org.jspecify.annotations.NullMarked;
