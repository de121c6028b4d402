package dev.carillon.testing.offences.nowhere;

/** Neither in a layer nor in a package that forbids null. */
final class InNoLayer {}
