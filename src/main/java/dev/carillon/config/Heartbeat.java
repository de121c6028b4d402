package dev.carillon.config;

import java.time.Duration;

/**
 * How nodes notice that one of them is gone.
 *
 * @param every how often each tells the others that it lives
 * @param within a node that was silent for so long is taken for gone
 */
public record Heartbeat(Duration every, Duration within) {}
