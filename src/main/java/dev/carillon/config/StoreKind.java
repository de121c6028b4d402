package dev.carillon.config;

/** Where histories are kept. */
public enum StoreKind {
  /** In a file, through a kill and a power cut. */
  SQLITE,
  /** In a PostgreSQL database that several nodes may share. */
  POSTGRES,
  /** In memory, for as long as the node runs. */
  MEMORY,
  /** In the memory of the cluster's members, for as long as enough of them run. */
  HAZELCAST
}
