package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.OperatedServer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DocumentsTest {
  private static final Path RESOURCES = Path.of("src/main/resources/dev/carillon/gateway");

  @RegisterExtension final OperatedServer server = OperatedServer.with();

  @ParameterizedTest
  @CsvSource({
    "client.js, text/javascript",
    "client.d.ts, application/typescript",
    "openapi.json, application/json",
    "asyncapi.json, application/json"
  })
  void aDocumentIsTheFileAndKnowsItselfByItsTag(String name, String type) throws Exception {
    HttpResponse<String> first = server.get("/" + name);
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("content-type")).hasValue(type);
    assertThat(first.body()).isEqualTo(Files.readString(RESOURCES.resolve(name)));
    String tag = first.headers().firstValue("etag").orElseThrow();

    HttpResponse<String> held =
        server.send(server.request("/" + name).header("If-None-Match", "\"other\", " + tag));
    assertThat(held.statusCode()).isEqualTo(304);
    assertThat(held.body()).isEmpty();
    assertThat(held.headers().firstValue("etag")).hasValue(tag);

    HttpResponse<String> changed =
        server.send(server.request("/" + name).header("If-None-Match", "\"other\""));
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(changed.body()).isEqualTo(first.body());
  }

  @Test
  void pagesOfAnyOriginMayReadDocumentsAndNothingElse() throws Exception {
    String stranger = "https://elsewhere.example";
    HttpResponse<String> client =
        server.send(server.request("/client.js").header("Origin", stranger));
    assertThat(client.statusCode()).isEqualTo(200);
    assertThat(client.headers().firstValue("access-control-allow-origin")).hasValue("*");

    HttpResponse<String> list =
        server.send(server.request("/v1/subscribers").header("Origin", stranger));
    assertThat(list.statusCode()).isEqualTo(403);
    assertThat(list.headers().firstValue("access-control-allow-origin")).isEmpty();
  }
}
