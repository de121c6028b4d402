package dev.carillon.testing.offences.gateway;

/** Says nothing. */
final class ThingManager {}
