package dev.carillon.config;

/** How nodes find each other. */
public enum Discovery {
  /** By the list of the configuration. */
  MEMBERS,
  /** By the addresses of a headless service in DNS. */
  KUBERNETES,
  /** By asking the local network: for trying out. */
  MULTICAST
}
