package dev.carillon.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.OperatedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What docs/client-java.md shows is what runs. */
final class ClientDocsTest {
  @RegisterExtension final OperatedServer server = OperatedServer.with();

  @Test
  void theDocumentShowsTheExampleAsItIs() throws IOException {
    String example =
        Files.readString(Path.of("src/test/java/dev/carillon/examples/ClientExample.java"));
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
}
