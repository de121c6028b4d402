package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An event stream over the JDK's HTTP client, which speaks HTTP/2 where the server does. */
public final class Http2EventStream implements Flow.Subscriber<String>, AutoCloseable {
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

  /** Opens one and reads that it is subscribed. */
  public static Http2EventStream open(HttpClient client, URI uri) throws InterruptedException {
    Http2EventStream stream = new Http2EventStream();
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    CompletableFuture<HttpResponse<Void>> response =
        client.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(stream));
    response.whenComplete((ended, failure) -> stream.lines.add("ended: " + failure));
    stream.read("welcome");
    stream.read("subscribed");
    return stream;
  }

  /** The next block's object, which must be of this type. */
  public JsonObject read(String type) throws InterruptedException {
    assertThat(nextLine()).isEqualTo("event: " + type);
    String data = nextLine();
    assertThat(data).startsWith("data: ");
    assertThat(nextLine()).isEmpty();
    return new JsonObject(data.substring("data: ".length()));
  }

  /** The next line that is no comment, and no end of one. */
  private String nextLine() throws InterruptedException {
    while (true) {
      String line = lines.poll(RawSocket.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(line).as("a line within " + RawSocket.PATIENCE).isNotNull();
      if (!line.startsWith(":")) {
        return line;
      }
      lines.poll(RawSocket.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription opened) {
    subscription.complete(opened);
    opened.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(String line) {
    lines.add(line);
  }

  @Override
  public void onError(Throwable failure) {
    lines.add("failed: " + failure);
  }

  @Override
  public void onComplete() {
    lines.add("complete");
  }

  /** Resets the stream; the connection stays. */
  public void reset() {
    subscription.join().cancel();
  }

  @Override
  public void close() {
    reset();
  }
}
