package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code http.origins}: which web pages may use the server. */
final class OriginsTest {
  private static final String LISTED = "https://app.example.com";

  @RegisterExtension final TestServer server = new TestServer("http.origins=[\"" + LISTED + "\"]");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "https://app.example.com.evil.example",
        "https://evil.example/https://app.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://example.com",
        "https://xapp.example.com",
        "null",
        "*",
        "https://",
      })
  void aPageOfAnotherOriginIsRefusedAtEveryDoor(String origin) {
    String header = "Origin: " + origin;

    HttpAnswer webSocket = server.http().send(ClientFrames.handshake("/v1/ws", header)).read();
    webSocket.problem(403, "forbidden");
    assertThat(webSocket.header("access-control-allow-origin")).isEmpty();
    server.http().get("/v1/stream?topic=t", header).problem(403, "forbidden");
    server.http().post("/v1/topics/t/events", "text/plain", "x", header).problem(403, "forbidden");
    server.http().get("/v1/subscribers", header).problem(403, "forbidden");
    server.http().call("OPTIONS", "/v1/events", header).problem(403, "forbidden");
  }

  @ParameterizedTest
  @ValueSource(strings = {LISTED, "HTTPS://APP.example.COM"})
  void aListedPageIsLetInAndToldSo(String origin) {
    String header = "Origin: " + origin;

    server.upgraded(RawSocket.to(server.port()), "", header).read("welcome");
    HttpAnswer post = server.http().post("/v1/topics/t/events", "text/plain", "x", header);
    assertThat(post.status()).isEqualTo(202);
    assertThat(post.header("access-control-allow-origin")).hasValue(origin);
    assertThat(post.header("vary")).hasValue("Origin");
    RawEventStream stream = server.eventStreamOver(RawSocket.to(server.port()), "?topic=t", header);
    assertThat(stream.head().header("access-control-allow-origin")).hasValue(origin);
    // It must be able to read why it was refused.
    HttpAnswer refused = server.http().post("/v1/events", "application/json", "[]", header);
    refused.problem(400, "bad_request");
    assertThat(refused.header("access-control-allow-origin")).hasValue(origin);
  }

  @Test
  void aPreflightSaysWhatAListedPageMayDo() {
    HttpAnswer answer =
        server
            .http()
            .call(
                "OPTIONS",
                "/v1/topics/t/events",
                "Origin: " + LISTED,
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type,event-id");

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("access-control-allow-origin")).hasValue(LISTED);
    assertThat(answer.header("access-control-allow-methods")).hasValue("GET, POST, DELETE");
    assertThat(answer.header("access-control-allow-headers"))
        .hasValueSatisfying(
            headers ->
                assertThat(headers)
                    .contains("Content-Type", "Event-Id", "Event-Key", "Last-Event-ID"));
    assertThat(answer.header("access-control-allow-credentials")).isEmpty();
  }

  @Test
  void theServersOwnPagesAndWhatIsNoPageAreLetIn() {
    String own = "127.0.0.1:" + server.port();

    HttpAnswer answer =
        server
            .http()
            .send(
                "POST /v1/topics/t/events HTTP/1.1\r\nHost: "
                    + own
                    + "\r\nOrigin: http://"
                    + own
                    + "\r\nContent-Length: 1\r\n\r\n1")
            .read();

    assertThat(answer.status()).isEqualTo(202);
    server.webSocket();
  }

  @Test
  void withoutAListNoOtherPageIsLetIn() {
    server.set("http.origins=[]");

    server.http().get("/v1/stream?topic=t", "Origin: " + LISTED).problem(403, "forbidden");
  }
}
