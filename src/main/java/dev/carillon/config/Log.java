package dev.carillon.config;

/**
 * The node's log, on standard error.
 *
 * @param format how a line is written
 * @param level the least important level that is written
 */
public record Log(LogFormat format, LogLevel level) {}
