package dev.carillon.gateway;

import dev.carillon.publish.Histories;
import dev.carillon.store.HistoryPages;

/**
 * What the gateways of a node read histories by. For any thread.
 *
 * @param pages the way to read what many read at once
 */
public record NodeHistory(Histories topics, HistoryPages pages) {}
