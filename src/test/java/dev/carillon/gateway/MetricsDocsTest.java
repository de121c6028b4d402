package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class MetricsDocsTest {
  private static final Path PAGE = Path.of("docs", "metrics.md");

  @Test
  void pageSaysWhatTheCatalogueSays() throws IOException {
    String page = MetricsDocs.render();
    if (Boolean.getBoolean("carillon.docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE))
        .as("write it anew with: mvn -q test -Dtest=MetricsDocsTest -Dcarillon.docs.write=true")
        .isEqualTo(page);
  }
}
