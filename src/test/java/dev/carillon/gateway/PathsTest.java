package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.OperatedServer;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathsTest {
  @RegisterExtension final OperatedServer server = OperatedServer.with();

  @ParameterizedTest
  @ValueSource(strings = {"/", "/v1", "/v2/subscribers", "/v1/subscribers/a/b", "/metrics/x"})
  void anUnknownPathIsAProblem(String path) throws Exception {
    HttpResponse<String> answer = server.get(path);
    assertProblem(answer, 404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT    | /v1/subscribers     | GET, HEAD",
        "POST   | /v1/subscribers/a   | GET, HEAD, DELETE",
        "DELETE | /v1/topics          | GET, HEAD",
        "PATCH  | /v1/topics/a        | GET, HEAD",
        "PUT    | /v1/topics/a/events | POST, GET, HEAD, DELETE",
        "GET    | /v1/events          | POST",
        "DELETE | /metrics            | GET, HEAD",
        "POST   | /health/ready       | GET, HEAD",
        "POST   | /client.js          | GET, HEAD",
        "POST   | /v1/stream          | GET",
        "HEAD   | /v1/stream          | GET",
        "POST   | /v1/ws              | GET",
        "FOO    | /v1/ledger          | GET, HEAD",
      })
  void aMethodThatThePathDoesNotHaveIsAProblemThatSaysWhichItHas(
      String method, String path, String allow) throws Exception {
    HttpResponse<String> answer = server.send(method, path);
    assertThat(answer.headers().firstValue("allow")).hasValue(allow);
    if (method.equals("HEAD")) {
      assertThat(answer.statusCode()).isEqualTo(405);
    } else {
      assertProblem(answer, 405);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/subscribers",
        "/v1/topics",
        "/v1/topics/a",
        "/v1/ledger",
        "/metrics",
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/asyncapi.json",
        "/client.js",
        "/client.d.ts"
      })
  void headIsGetWithoutTheBody(String path) throws Exception {
    HttpResponse<String> get = server.get(path);
    HttpResponse<String> head = server.send("HEAD", path);
    assertThat(get.statusCode()).isEqualTo(200);
    assertThat(get.body()).isNotEmpty();
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("content-type"))
        .isEqualTo(get.headers().firstValue("content-type"));
  }

  @Test
  void whatAnOperatorSeesIsNotToBeKept() throws Exception {
    for (String path :
        List.of("/v1/subscribers", "/v1/topics", "/v1/topics/a", "/v1/ledger", "/metrics")) {
      assertThat(server.get(path).headers().firstValue("cache-control")).hasValue("no-store");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/subscribers?limit=%zz",
        "/v1/subscribers/%zz",
        "/v1/topics/%ff",
        "/v1/stream?topic=%",
        "/v1/ws?subscriber=%zz"
      })
  void whatIsNotWellEncodedIsTheClientsMistake(String target) throws Exception {
    assertThat(statusLine("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .isEqualTo("HTTP/1.1 400 Bad Request");
  }

  /** What the server answers to bytes that no client library would send. */
  private String statusLine(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server().port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    JsonObject problem = new JsonObject(answer.body());
    assertThat(problem.getInteger("status")).isEqualTo(status);
    assertThat(problem.getString("code")).isEqualTo("bad_request");
    assertThat(problem.getBoolean("retryable")).isFalse();
  }
}
