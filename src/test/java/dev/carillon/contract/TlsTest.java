package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.Certificate;
import dev.carillon.testing.Http2EventStream;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code http.tls}: the same doors over TLS, HTTP/2, and a certificate that is renewed. */
final class TlsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String REFUSED = "certificate not reloaded, the old one stays";

  @RegisterExtension
  final TestServer server =
      new TestServer(
          "http.tls.reload=1s",
          // The JDK's client keeps its connections: the server ends them.
          "http.pingSeconds=1",
          "http.idleSeconds=3");

  @TempDir private Path folder;
  private Path certificateFile;
  private Path keyFile;
  private Certificate first;

  @BeforeEach
  void writeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
    certificateFile = folder.resolve("tls.crt");
    keyFile = folder.resolve("tls.key");
    first = Certificate.make(folder, "first");
    first.write(certificateFile, keyFile);
    server.set("http.tls.certificate=" + certificateFile, "http.tls.key=" + keyFile);
  }

  @Test
  void webSocketsAndEventStreamsWorkOverTls() throws IOException, GeneralSecurityException {
    SSLContext trust = Certificate.trusting(first);
    RawWebSocket webSocket = server.upgraded(RawSocket.tls(server.port(), trust), "");
    webSocket.read("welcome");
    webSocket.subscribe("t");
    RawEventStream stream = server.eventStreamOver(RawSocket.tls(server.port(), trust), "?topic=t");
    stream.read("welcome");
    stream.read("subscribed");

    for (int i = 0; i < 100; i++) {
      webSocket.publish("t", "" + i);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(webSocket.readEvent("t")).isEqualTo(i);
      assertThat(stream.read("event").getInteger("data")).isEqualTo(i);
    }
    assertThat(webSocket.closeNormally().code()).isEqualTo(1000);
  }

  @Test
  void streamsShareOneHttp2ConnectionAndLeaveItWhole()
      throws IOException, InterruptedException, GeneralSecurityException {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .sslContext(Certificate.trusting(first))
            .build();
    assertThat(publish(client, "t", 0).version()).isEqualTo(HttpClient.Version.HTTP_2);
    try (Http2EventStream one = Http2EventStream.open(client, uri("/v1/stream?topic=t"));
        Http2EventStream other = Http2EventStream.open(client, uri("/v1/stream?topic=*"))) {
      JsonObject subscribers = new JsonObject(get(client, "/v1/subscribers"));
      assertThat(subscribers.getJsonArray("subscribers").stream())
          .hasSize(2)
          .extracting(subscriber -> ((JsonObject) subscriber).getString("remote"))
          .as("one connection")
          .containsOnly(
              subscribers.getJsonArray("subscribers").getJsonObject(0).getString("remote"));

      for (int i = 0; i < 50; i++) {
        publish(client, "t", i);
      }
      for (int i = 0; i < 50; i++) {
        assertThat(one.read("event").getInteger("data")).isEqualTo(i);
        assertThat(other.read("event").getInteger("data")).isEqualTo(i);
      }

      one.reset();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(server.books().subscribers()).isEqualTo(1));
      publish(client, "t", 50);
      assertThat(other.read("event").getInteger("data")).isEqualTo(50);
    }
    // Afterwards the server ends the connection that nobody uses: TestServer waits for that.
  }

  @Test
  void aRenewedCertificateIsTakenUpAndOpenConnectionsStay()
      throws IOException, InterruptedException, GeneralSecurityException {
    Certificate second = Certificate.make(folder, "second");
    SSLContext trust = Certificate.trusting(first, second);
    RawWebSocket open = server.upgraded(RawSocket.tls(server.port(), trust), "");
    open.read("welcome");
    open.subscribe("t");
    assertThat(shown(trust)).isEqualTo("CN=first");

    second.write(certificateFile, keyFile);
    await().atMost(PATIENCE).until(() -> shown(trust).equals("CN=second"));
    open.publish("t", "1");
    assertThat(open.readEvent("t")).isEqualTo(1);
  }

  @Test
  void aRenewalThatIsNoCertificateLeavesTheOldOne()
      throws IOException, InterruptedException, GeneralSecurityException {
    SSLContext trust = Certificate.trusting(first);
    assertThat(shown(trust)).isEqualTo("CN=first");

    server.expectError(REFUSED);
    Files.writeString(certificateFile, "-----BEGIN CERTIFICATE-----\nbroken\n");
    await().atMost(PATIENCE).until(() -> !server.loggedErrors().isEmpty());
    assertThat(shown(trust)).isEqualTo("CN=first");
  }

  @Test
  void aCertificateWhoseKeyHasNotComeYetLeavesTheOldOne()
      throws IOException, InterruptedException, GeneralSecurityException {
    Certificate second = Certificate.make(folder, "second");
    SSLContext trust = Certificate.trusting(first, second);
    assertThat(shown(trust)).isEqualTo("CN=first");

    server.expectError(REFUSED);
    Files.writeString(certificateFile, second.certificatePem());
    await().atMost(PATIENCE).until(() -> !server.loggedErrors().isEmpty());
    assertThat(shown(trust)).isEqualTo("CN=first");

    Files.writeString(keyFile, second.keyPem());
    await().atMost(PATIENCE).until(() -> shown(trust).equals("CN=second"));
  }

  @Test
  void aNodeWhoseKeyIsNotThatOfItsCertificateDoesNotStart()
      throws IOException, InterruptedException, GeneralSecurityException {
    Files.writeString(keyFile, Certificate.make(folder, "second").keyPem());
    assertThatThrownBy(server::port)
        .hasRootCauseMessage("the key in " + keyFile + " is not that of the certificate");
  }

  // ---- clients

  private URI uri(String target) {
    return URI.create("https://127.0.0.1:" + server.port() + target);
  }

  private HttpResponse<String> publish(HttpClient client, String topic, int data)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(uri("/v1/topics/" + topic + "/events"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("" + data))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return answer;
  }

  private String get(HttpClient client, String target) throws IOException, InterruptedException {
    return client
        .send(HttpRequest.newBuilder(uri(target)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Whose certificate a new connection is shown. */
  private String shown(SSLContext trust) throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            trust
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.startHandshake();
      return socket.getSession().getPeerPrincipal().getName();
    }
  }
}
