package dev.carillon.config;

/** How a connection proves who it is. */
public enum AuthMode {
  /** It does not: whoever reaches the listener may publish and subscribe. */
  OPEN
}
