package dev.carillon.gateway;

import dev.carillon.hub.History;
import dev.carillon.store.HistoryBounds;
import dev.carillon.store.HistoryPage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The node's histories as a hub reads them. Confined to the hub's event loop. */
final class StoredHistory implements History {
  private final NodeHistory history;
  private final Executor loop;

  /**
   * Makes the hub's view.
   *
   * @param loop runs what it is given later, on the hub's event loop
   */
  StoredHistory(NodeHistory history, Executor loop) {
    this.history = history;
    this.loop = loop;
  }

  @Override
  public Optional<Part> atHand(String topic, String epoch, long after, long upTo) {
    return upTo <= after
        ? Optional.empty()
        : history.pages().cached(topic, epoch, after, upTo).map(page -> part(page, epoch));
  }

  @Override
  public void read(String topic, String epoch, long after, long upTo, Consumer<Part> then) {
    if (upTo <= after) {
      // Nothing to read: only which history it is.
      history
          .topics()
          .store()
          .bounds(topic)
          .whenComplete(
              (bounds, failure) ->
                  loop.execute(
                      () -> then.accept(failure == null ? part(bounds, epoch) : new NotNow())));
      return;
    }
    history
        .pages()
        .read(topic, epoch, after, upTo)
        .whenComplete(
            (page, failure) ->
                loop.execute(
                    () -> then.accept(failure == null ? part(page, epoch) : new NotNow())));
  }

  private static Part part(HistoryPage page, String epoch) {
    return page.bounds().epoch().equals(epoch)
        ? new Events(page.bounds().first(), page.frames())
        : part(page.bounds(), epoch);
  }

  private static Part part(HistoryBounds bounds, String epoch) {
    return bounds.epoch().equals(epoch)
        ? new Events(bounds.first(), List.of())
        : new OtherEpoch(bounds.epoch(), bounds.first(), bounds.last());
  }
}
