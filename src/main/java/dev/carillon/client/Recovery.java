package dev.carillon.client;

import java.util.List;

/**
 * What became of a subscription that wanted events from histories: at its begin, or after a
 * reconnect.
 *
 * @param topics the topics and patterns that it was about
 * @param recovered whether nothing that was asked for is missing. Where not, gaps say what is, as
 *     far as anybody knows
 */
public record Recovery(List<String> topics, boolean recovered) {}
