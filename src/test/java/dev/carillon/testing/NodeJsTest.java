package dev.carillon.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class NodeJsTest {
  @Test
  void nodeRunsAndHasWhatTheJavaScriptClientNeeds() throws IOException, InterruptedException {
    Process node =
        new ProcessBuilder(NodeJs.path().toString(), "-p", "typeof WebSocket + ' ' + typeof fetch")
            .redirectErrorStream(true)
            .start();
    String said = new String(node.getInputStream().readAllBytes(), UTF_8);
    assertThat(node.waitFor(20, SECONDS)).isTrue();
    assertThat(said.strip()).isEqualTo("function function");
  }
}
