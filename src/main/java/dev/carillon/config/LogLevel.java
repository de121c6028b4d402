package dev.carillon.config;

/** How important a log line is, most important first. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE
}
