package dev.carillon.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.NodeJs;
import dev.carillon.testing.OperatedServer;
import dev.carillon.testing.Readme;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents show of {@code client.js} runs, but for where it is imported from. */
final class ClientJsDocsTest {
  private static final int DEADLINE_SECONDS = 60;

  @RegisterExtension final OperatedServer server = OperatedServer.with();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/client-js.md"})
  void theExampleRuns(String document) throws Exception {
    Files.writeString(folder.resolve("client.mjs"), server.get("/client.js").body());
    String example =
        Readme.blockAfter(Path.of(document), "<!-- js -->", "js")
            .replaceFirst("from '[^']*/client.js'", "from './client.mjs'")
            .replace("http://127.0.0.1:8080", server.server().url());
    Files.writeString(folder.resolve("example.mjs"), example + "\nclient.close();\n");
    Path log = folder.resolve("node.log");

    Process node =
        new ProcessBuilder(NodeJs.path().toString(), "example.mjs")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = node.waitFor(DEADLINE_SECONDS, SECONDS);
    node.destroyForcibly();

    String said = Files.readString(log, UTF_8);
    assertThat(ended).as(said).isTrue();
    assertThat(node.exitValue()).as(said).isZero();
    assertThat(said).doesNotContain("Error");
  }
}
