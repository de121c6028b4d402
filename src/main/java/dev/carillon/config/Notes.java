package dev.carillon.config;

import java.util.Optional;

/**
 * What the schema says of a value beside its type and bounds.
 *
 * @param description what it is, and the reason for its default and its bounds
 * @param unit what a number counts
 * @param byDefault the default; of an object {@code {}}: it is always there, with its members'
 *     defaults
 * @param computed what the default is made from at the start, where it isn't a constant
 * @param secret whether the value is hidden wherever it is shown
 */
record Notes(
    String description,
    Optional<String> unit,
    Optional<JsonTree> byDefault,
    Optional<String> computed,
    boolean secret) {}
