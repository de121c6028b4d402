package dev.carillon.testing.offences.store;

import com.hazelcast.core.HazelcastInstance;

/** A store that is not the cluster's must not know of a cluster. */
record AsksTheCluster(HazelcastInstance member) {}
