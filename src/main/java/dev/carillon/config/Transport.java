package dev.carillon.config;

/** The way to the kernel's sockets. */
public enum Transport {
  /** The first of the others that the machine offers. */
  AUTO,
  IO_URING,
  EPOLL,
  NIO
}
