package dev.carillon.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.cli.Carillon;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a JVM of its own, in which nothing else has loaded anything. */
final class MetricsAreLazyTest {
  private static final List<String> LIBRARIES = List.of("io.micrometer.", "io.prometheus.");

  @TempDir private Path folder;

  @Test
  void whatMetricsNeedIsLoadedByTheFirstScrapeAndNotByTheStart() throws Exception {
    Path loaded = folder.resolve("loaded.txt");
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Xlog:class+load:file=" + loaded,
                "-cp",
                System.getProperty("java.class.path"),
                Carillon.class.getName(),
                "serve",
                "--port",
                "0")
            .redirectError(folder.resolve("log.txt").toFile())
            .start();
    try (BufferedReader output = server.inputReader(UTF_8)) {
      String url =
          output
              .lines()
              .filter(line -> line.contains("listening on"))
              .findFirst()
              .orElseThrow()
              .replaceFirst(".*listening on ", "");
      assertThat(get(url + "/health/ready")).contains("ready");
      assertThat(get(url + "/v1/subscribers")).contains("subscribers");
      assertThat(ofLibraries(loaded)).isEmpty();

      assertThat(get(url + "/metrics")).contains("carillon_ready 1.0");
      assertThat(ofLibraries(loaded)).isNotEmpty();
    } finally {
      server.destroyForcibly();
      assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static List<String> ofLibraries(Path loaded) throws IOException {
    List<String> classes = Files.readAllLines(loaded, UTF_8);
    assertThat(classes).anyMatch(line -> line.contains("dev.carillon.gateway.HttpDoor "));
    return classes.stream().filter(line -> LIBRARIES.stream().anyMatch(line::contains)).toList();
  }

  private static String get(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }
}
