package dev.carillon.store;

import dev.carillon.event.EventFrame;
import java.util.List;

/**
 * A part of a history.
 *
 * @param bounds of the whole history when this was read
 * @param frames with consecutive offsets
 */
public record HistoryPage(HistoryBounds bounds, List<EventFrame> frames) {}
