package dev.carillon.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A WebSocket client that knows nothing but frames. May be told to stop reading. */
public final class FrameSocket {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final BlockingQueue<JsonObject> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();
  private final WebSocket socket;
  private volatile boolean reading = true;

  private FrameSocket(HttpClient http, URI uri) throws IOException, InterruptedException {
    try {
      socket =
          http.newWebSocketBuilder()
              .connectTimeout(PATIENCE)
              .buildAsync(uri, new Listener())
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("can't open " + uri, e);
    }
  }

  static FrameSocket open(HttpClient http, URI uri) throws IOException, InterruptedException {
    return new FrameSocket(http, uri);
  }

  /** From now on what comes stays in the kernel's buffers, until those are full. */
  public void stopReading() {
    reading = false;
  }

  /** Takes what was left, and reads on. */
  public void readOn() {
    reading = true;
    socket.request(1);
  }

  public void send(JsonObject frame) throws IOException, InterruptedException {
    send(frame.encode());
  }

  public void send(String text) throws IOException, InterruptedException {
    await(socket.sendText(text, true));
  }

  public void sendBinary(byte[] bytes) throws IOException, InterruptedException {
    await(socket.sendBinary(java.nio.ByteBuffer.wrap(bytes), true));
  }

  public void close(int code) throws IOException, InterruptedException {
    await(socket.sendClose(code, ""));
  }

  /** Ends the connection without a close frame. */
  public void abort() {
    socket.abort();
  }

  /** The next frame. */
  public JsonObject next() throws InterruptedException, TimeoutException {
    JsonObject frame = frames.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (frame == null) {
      throw new TimeoutException("no frame came");
    }
    return frame;
  }

  /** The next frame, which has to be of this type. */
  public JsonObject await(String type) throws InterruptedException, TimeoutException {
    JsonObject frame = next();
    if (!type.equals(frame.getString("type"))) {
      throw new AssertionError("not " + type + ": " + frame);
    }
    return frame;
  }

  /** The code that the server closed the connection with. */
  public int awaitClose() throws InterruptedException, ExecutionException, TimeoutException {
    return closeCode.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static void await(CompletableFuture<WebSocket> sent)
      throws IOException, InterruptedException {
    try {
      sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("can't send", e);
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void onOpen(WebSocket opened) {
      opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        frames.add(new JsonObject(text.toString()));
        text.setLength(0);
      }
      if (reading) {
        from.request(1);
      }
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closeCode.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closeCode.completeExceptionally(error);
    }
  }
}
