package dev.carillon.store;

import java.util.List;

/** What a store that several processes share says of changes, the own ones too. */
public sealed interface HeadNotice {

  /**
   * A transaction was committed.
   *
   * @param heads of histories that it changed, as it left them; a later one may have changed them
   *     again
   */
  record Changed(List<HeadChange> heads) implements HeadNotice {}

  /**
   * Any history may have gone on: a transaction had too many for one notice, or notices were missed
   * while the database could not be reached.
   */
  record Unknown() implements HeadNotice {}

  /**
   * One history that changed.
   *
   * @param last the offset of its newest event; 0 where it begins anew
   */
  record HeadChange(String topic, String epoch, long last) {}
}
