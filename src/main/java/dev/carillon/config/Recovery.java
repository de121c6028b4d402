package dev.carillon.config;

import java.time.Duration;

/**
 * How subscribers come back to histories.
 *
 * @param perSecond subscribers of the node that begin to read in a second, at most
 * @param reads of the store at once
 * @param deadline how long a subscription waits for the store
 */
public record Recovery(int perSecond, int reads, Duration deadline) {}
