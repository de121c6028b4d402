package dev.carillon.config;

import java.time.Duration;

/**
 * The bounds of what is kept of undelivered events.
 *
 * @param events of each topic
 * @param bytes of each topic together, about
 * @param age how long each is kept
 * @param topics that have any
 * @param totalBytes of all topics together, about
 * @param pending waiting to be written
 */
public record DeadLetters(
    int events, long bytes, Duration age, int topics, long totalBytes, int pending) {}
