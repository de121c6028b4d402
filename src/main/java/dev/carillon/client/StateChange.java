package dev.carillon.client;

/**
 * A client's new state.
 *
 * @param reason for people: who welcomed, or what broke
 * @param retryInMs until the next attempt; 0 unless the state is {@link ClientState#WAITING}
 */
public record StateChange(ClientState state, String reason, long retryInMs) {}
