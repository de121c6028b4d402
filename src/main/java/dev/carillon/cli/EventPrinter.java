package dev.carillon.cli;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.CarillonException;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.ClientState;
import dev.carillon.client.From;
import dev.carillon.client.ReceivedEvent;
import dev.carillon.client.ReceivedGap;
import dev.carillon.client.Recovery;
import dev.carillon.client.StateChange;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Prints what comes for one subscriber, until something ends it.
 *
 * <p>All but {@link #run} belongs to one Vert.x context.
 */
final class EventPrinter {

  /**
   * How to print.
   *
   * @param count events after which to leave; 0: never
   * @param slowMs how long to read nothing after each event
   * @param dataOnly whether to print the data in place of the event
   * @param quiet whether to leave out notices
   */
  record Style(long count, long slowMs, boolean dataOnly, boolean quiet) {}

  private final Vertx vertx;
  private final Context context;
  private final Shell shell;
  private final Style style;
  private final LineOutput output;
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();

  private @Nullable ReadGate gate;
  private long printed;
  private boolean wasConnected;

  EventPrinter(Vertx vertx, Shell shell, Style style) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.shell = shell;
    this.style = style;
    this.output = new LineOutput(shell.out(), this::onRoom, () -> ended.complete(Exit.OK));
  }

  /** Subscribes and prints; comes back with the exit code. */
  int run(ClientOptions options, List<String> topics, From from) throws InterruptedException {
    CompletableFuture<CarillonClient> connected = new CompletableFuture<>();
    shell.stopSignals().accept(() -> ended.complete(Exit.OK));
    context.runOnContext(ignored -> begin(options, topics, from, connected));
    try {
      return ended.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CommandFailure failure
          ? failure
          : new IllegalStateException(e.getCause());
    } finally {
      if (connected.isDone() && !connected.isCompletedExceptionally()) {
        Futures.await(connected.join().close());
      }
      output.close();
    }
  }

  private void begin(
      ClientOptions options,
      List<String> topics,
      From from,
      CompletableFuture<CarillonClient> connected) {
    Future<CarillonClient> connecting =
        CarillonClient.builder(vertx, options)
            .onGap(this::onGap)
            .onRecovery(this::onRecovery)
            .onState(this::onState)
            .onError(this::onError)
            .connect();
    connecting.onFailure(failure -> ended.completeExceptionally(Failures.connecting(failure)));
    connecting.onSuccess(
        client -> {
          connected.complete(client);
          gate = new ReadGate(client);
          client
              .subscribe(topics, from, this::onEvent)
              .onSuccess(subscription -> notice("subscribed to " + String.join(" ", topics)))
              .onFailure(this::onRefused);
        });
  }

  private void onRefused(Throwable failure) {
    ended.completeExceptionally(new CommandFailure(Failures.words(failure), failure));
  }

  private void onEvent(ReceivedEvent event) {
    if (ended.isDone()) {
      return;
    }
    boolean room =
        output.print(JsonPage.oneLine(style.dataOnly() ? event.dataJson() : event.json()));
    printed++;
    if (style.count() > 0 && printed >= style.count()) {
      ended.complete(Exit.OK);
      return;
    }
    if (!room) {
      gate().close(ReadGate.Reason.OUTPUT_FULL);
    }
    if (style.slowMs() > 0) {
      gate().close(ReadGate.Reason.SLOW);
      vertx.setTimer(style.slowMs(), ignored -> gate().open(ReadGate.Reason.SLOW));
    }
  }

  private ReadGate gate() {
    if (gate == null) {
      throw new IllegalStateException("an event before the connection");
    }
    return gate;
  }

  private void onRoom() {
    context.runOnContext(ignored -> gate().open(ReadGate.Reason.OUTPUT_FULL));
  }

  private void onGap(ReceivedGap gap) {
    shell.say(JsonPage.oneLine(gap.json()));
  }

  private void onRecovery(Recovery recovery) {
    notice(
        String.join(" ", recovery.topics())
            + (recovery.recovered()
                ? " recovered: nothing is missing"
                : " not recovered: some events are missing"));
  }

  private void onError(CarillonException error) {
    // The only subscription is gone, or this program is wrong: either way nothing would come.
    onRefused(error);
  }

  private void onState(StateChange change) {
    if (change.state() == ClientState.CONNECTED) {
      notice(wasConnected ? "re" + change.reason() : change.reason());
      wasConnected = true;
    } else if (change.state() == ClientState.WAITING) {
      notice(change.reason() + "; next attempt in " + change.retryInMs() + " ms");
    } else if (change.state() == ClientState.CLOSED && !ended.isDone()) {
      ended.completeExceptionally(new CommandFailure(change.reason()));
    }
  }

  private void notice(String text) {
    if (!style.quiet()) {
      shell.say("carillon subscribe: " + Carillon.oneLine(text));
    }
  }
}
