package dev.carillon.faults;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A WebSocket that hands over each frame as it comes, and says once that it ended. */
final class ClientSocket {
  /** A node that is frozen accepts connections and says nothing. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private final WebSocket socket;

  /** Called by one thread at a time. */
  interface Events {
    /** A frame came, at {@link System#nanoTime()}. */
    void frame(JsonObject frame, long at);

    /** Nothing comes any more. Called once, also after {@link ClientSocket#abort()}. */
    void ended();
  }

  private final Listener listener;

  private ClientSocket(WebSocket socket, Listener listener) {
    this.socket = socket;
    this.listener = listener;
  }

  static ClientSocket open(HttpClient http, URI uri, Events events) throws IOException {
    Listener listener = new Listener(events);
    try {
      return new ClientSocket(
          http.newWebSocketBuilder()
              .connectTimeout(PATIENCE)
              .buildAsync(uri, listener)
              .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS),
          listener);
    } catch (ExecutionException | TimeoutException e) {
      listener.end();
      throw new IOException("can't open " + uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      listener.end();
      throw new IOException("interrupted", e);
    }
  }

  /** Sends a frame; to be called by one thread at a time. */
  void send(JsonObject frame) throws IOException {
    try {
      socket.sendText(frame.encode(), true).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      abort();
      throw new IOException("can't send", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      abort();
      throw new IOException("interrupted", e);
    }
  }

  /** Ends the connection at once. */
  void abort() {
    socket.abort();
    listener.end();
  }

  private static final class Listener implements WebSocket.Listener {
    private final Events events;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final StringBuilder text = new StringBuilder();

    private Listener(Events events) {
      this.events = events;
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        events.ended();
      }
    }

    @Override
    public void onOpen(WebSocket opened) {
      if (ended.get()) {
        // Too late: nobody waits for it any more.
        opened.abort();
      } else {
        opened.request(1);
      }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        long at = System.nanoTime();
        if (!ended.get()) {
          events.frame(new JsonObject(text.toString()), at);
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      end();
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      end();
    }
  }
}
