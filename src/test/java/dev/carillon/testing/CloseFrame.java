package dev.carillon.testing;

/**
 * How the server closed a WebSocket.
 *
 * @param code 1005 where the frame held none
 */
public record CloseFrame(int code, String reason) {}
