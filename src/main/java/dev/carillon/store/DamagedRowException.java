package dev.carillon.store;

import java.sql.SQLException;

/** A row is not as it was written. */
final class DamagedRowException extends SQLException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the row.
   *
   * @param row what it is about, as the beginning of a sentence
   */
  DamagedRowException(String row) {
    super(row + " is not as it was written");
  }
}
