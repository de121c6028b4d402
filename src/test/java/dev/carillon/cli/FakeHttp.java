package dev.carillon.cli;

import dev.carillon.client.FakeServer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An HTTP server that answers as the test says, and remembers what it was asked. */
final class FakeHttp {
  private record Answer(int status, String body) {}

  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final Queue<String> tokens = new ConcurrentLinkedQueue<>();
  private final HttpServer http;

  FakeHttp(Vertx vertx) throws Exception {
    http =
        FakeServer.await(
            vertx
                .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(
                    request -> {
                      String call = request.method() + " " + request.uri();
                      asked.add(call);
                      tokens.add(String.valueOf(request.getHeader("Authorization")));
                      Answer answer = answers.getOrDefault(call, new Answer(500, "<html>no"));
                      request.response().setStatusCode(answer.status()).end(answer.body());
                    })
                .listen());
  }

  String url() {
    return "http://127.0.0.1:" + http.actualPort();
  }

  /** Answers a call, such as {@code GET /v1/topics?limit=1}. */
  void on(String call, int status, String body) {
    answers.put(call, new Answer(status, body));
  }

  /** The calls that came, in order. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** What each call said in {@code Authorization}. */
  List<String> tokens() {
    return List.copyOf(tokens);
  }
}
