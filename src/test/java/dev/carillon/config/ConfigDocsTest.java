package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigDocsTest {
  private static final Path PAGE = Path.of("docs", "config.md");

  @Test
  void pageSaysWhatTheSchemaSays() throws IOException {
    String page =
        ConfigDocs.render(Loading.SCHEMA, Files.readString(Path.of("conf", "public.json")));
    if (Boolean.getBoolean("carillon.docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE))
        .as("write it anew with: mvn -q test -Dtest=ConfigDocsTest -Dcarillon.docs.write=true")
        .isEqualTo(page);
  }
}
