package dev.carillon.cluster;

import dev.carillon.event.Pattern;
import dev.carillon.store.EventStore;
import dev.carillon.store.HistoryBounds;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * Looks at all histories of a store for events that were stored and did not come: the node that
 * stored them may have died before it sent them, or can't reach this one.
 *
 * <p>Owned by the relay's event loop; one look at a time, page by page.
 */
final class HeadSweep {
  private static final Pattern ALL = new Pattern(">");
  private static final int PAGE = 500;

  private final EventStore store;
  private final Context context;
  private final Consumer<HistoryBounds> each;
  private boolean running;
  private boolean again;

  HeadSweep(EventStore store, Context context, Consumer<HistoryBounds> each) {
    this.store = store;
    this.context = context;
    this.each = each;
  }

  /** Looks, or looks once more after the look that is under way. */
  void look() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    page("");
  }

  private void page(String after) {
    Future.fromCompletionStage(store.histories(ALL, after, PAGE), context)
        .onComplete(
            read -> {
              if (read.failed() || read.result().size() < PAGE) {
                if (read.succeeded()) {
                  read.result().forEach(each);
                }
                ended();
                return;
              }
              read.result().forEach(each);
              page(read.result().get(PAGE - 1).topic());
            });
  }

  private void ended() {
    running = false;
    if (again) {
      again = false;
      look();
    }
  }
}
