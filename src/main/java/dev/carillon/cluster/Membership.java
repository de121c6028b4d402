package dev.carillon.cluster;

import java.util.List;

/** Who is in the cluster. For any thread. */
public interface Membership {

  /** This node's id in its cluster: of this life of the process. */
  String selfId();

  /** This node as the others know it. */
  ClusterMember self();

  /** The other members as they are known now. */
  List<ClusterMember> others();

  /** Calls {@code changed} whenever members come or go, on whichever thread. */
  void onChange(Runnable changed);
}
