package dev.carillon.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How much history each topic of a rule keeps; at least one of the bounds is there.
 *
 * @param events the newest so many
 * @param age how long each is kept
 * @param bytes of one topic's events together, about
 */
public record History(Optional<Long> events, Optional<Duration> age, Optional<Long> bytes) {}
