package dev.carillon.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.OperatedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/client-java.md shows is what runs. */
final class ClientDocsTest {
  @RegisterExtension
  final OperatedServer server =
      OperatedServer.with(
          "store.kind=memory", "topics=[{\"match\":\"chat.>\",\"history\":{\"events\":100}}]");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"ClientExample", "HistoryExample"})
  void theDocumentShowsTheExampleAsItIs(String name) throws IOException {
    String example =
        Files.readString(Path.of("src/test/java/dev/carillon/examples/" + name + ".java"));
    assertThat(Files.readString(Path.of("docs/client-java.md")))
        .contains("```java\n" + example + "```");
  }

  @Test
  void theExampleRuns() throws InterruptedException {
    String url = server.server().url();
    assertThat(LibraryDocsTest.printedBy(args -> ClientExample.main(new String[] {url})))
        .contains("orders.created {\"order\":17}", "orders.paid \"in cash\"")
        .isSubsetOf(
            "orders.created {\"order\":17}", "orders.paid \"in cash\"", "2 acknowledged together");
  }

  @Test
  void theExampleOfHistoriesGoesOnWhereItsFormerRunWas() throws Exception {
    publish("chat.a");
    publish("chat.a");
    assertThat(historyExample()).containsExactly("chat.a 1", "chat.a 2");

    publish("chat.a");
    publish("chat.b");

    assertThat(historyExample()).containsExactlyInAnyOrder("chat.a 3", "chat.b 1");
  }

  private List<String> historyExample() throws InterruptedException {
    String[] arguments = {server.server().url(), folder.resolve("places").toString()};
    return LibraryDocsTest.printedBy(
        args -> {
          try {
            HistoryExample.main(arguments);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void publish(String topic) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        server.send(
            server
                .request("/v1/topics/" + topic + "/events")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("1")));
    assertThat(answer.statusCode()).isEqualTo(201);
  }
}
