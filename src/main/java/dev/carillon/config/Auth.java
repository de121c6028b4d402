package dev.carillon.config;

/**
 * Who may connect.
 *
 * @param mode how a connection proves who it is
 */
public record Auth(AuthMode mode) {}
