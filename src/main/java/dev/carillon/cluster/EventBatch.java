package dev.carillon.cluster;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.Hole;
import java.util.List;

/**
 * What a consumer gets in one piece.
 *
 * @param number 1, 2, 3 … per link
 * @param gaps what was lost on the link since the last batch; older than {@code frames}
 * @param holes what is to be read from histories in place of {@code frames} that would have had it;
 *     older than {@code frames}
 * @param frames events in the order they were published
 */
public record EventBatch(long number, List<Gap> gaps, List<Hole> holes, List<EventFrame> frames)
    implements ConsumerMessage {}
