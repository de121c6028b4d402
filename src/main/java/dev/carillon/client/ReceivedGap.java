package dev.carillon.client;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Events that this client should have had and did not get.
 *
 * @param topic their topic; a pattern where the server announces many topics together
 * @param count how many; empty only where nobody can know it
 * @param from the first missing offset, on history topics
 * @param to the last missing offset, on history topics
 * @param epoch the history that begins behind the gap, where it is another one
 * @param reason such as {@code queue_full}
 * @param json the frame as it came
 */
public record ReceivedGap(
    String topic,
    OptionalLong count,
    OptionalLong from,
    OptionalLong to,
    Optional<String> epoch,
    String reason,
    String json) {}
