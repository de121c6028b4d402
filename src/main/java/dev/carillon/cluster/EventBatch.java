package dev.carillon.cluster;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import java.util.List;

/**
 * What a consumer gets in one piece.
 *
 * @param number 1, 2, 3 … per link
 * @param gaps what was lost on the link since the last batch; older than {@code frames}
 * @param frames events in the order they were published
 */
public record EventBatch(long number, List<Gap> gaps, List<EventFrame> frames)
    implements ConsumerMessage {}
