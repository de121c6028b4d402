package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class OneLoopTransportTest {
  private static final long SECONDS = 30;

  @ParameterizedTest
  @EnumSource(dev.carillon.config.Transport.class)
  void theLoopAcceptsByItselfAndEndsWithItsVertx(dev.carillon.config.Transport wished)
      throws Exception {
    Transport transport = TransportChoice.choose(wished);
    Vertx vertx =
        Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(1))
            .withTransport(new OneLoopTransport(transport))
            .build();
    VertxInternal inside = (VertxInternal) vertx;
    assertThat(inside.acceptorEventLoopGroup())
        .isSameAs(inside.nettyEventLoopGroup().iterator().next());

    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().end(Thread.currentThread().getName()))
            .listen(0, "127.0.0.1")
            .await(SECONDS, TimeUnit.SECONDS);
    URI uri = URI.create("http://127.0.0.1:" + server.actualPort());
    String thread =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
            .body();
    assertThat(thread).startsWith("vert.x-eventloop-thread");
    vertx.close().await(SECONDS, TimeUnit.SECONDS);
    assertThat(inside.acceptorEventLoopGroup().isTerminated()).isTrue();
  }
}
