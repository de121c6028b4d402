package dev.carillon.cli;

/** The exit codes of all commands. */
final class Exit {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int MISUSED = 2;

  private Exit() {}
}
