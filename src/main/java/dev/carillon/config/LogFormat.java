package dev.carillon.config;

/** How a log line is written. */
public enum LogFormat {
  /** For people. */
  TEXT,
  /** For machines: one JSON object a line. */
  JSON
}
