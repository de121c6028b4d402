package dev.carillon.cluster;

/** The node can't be part of the cluster; the message says why, in one line for people. */
public final class ClusterRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  public ClusterRefusedException(String message) {
    super(message);
  }
}
