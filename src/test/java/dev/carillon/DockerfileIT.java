package dev.carillon;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.Dockerfile;
import dev.carillon.testing.JarServer;
import dev.carillon.testing.Jdk;
import dev.carillon.testing.Needs;
import dev.carillon.testing.Program;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.Readme;
import dev.carillon.testing.Tool;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the image is made by and does, on this machine in place of a container. */
final class DockerfileIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Flags of the image that older JVMs refuse, and the version that takes them. */
  private static final Map<String, Integer> SINCE = Map.of("-XX:+UseCompactObjectHeaders", 25);

  /** What the build reads. */
  private static final List<String> SOURCES =
      List.of(
          "pom.xml",
          "LICENSE",
          "NOTICE",
          ".mvn/jvm.config",
          "src/main/java/dev/carillon/cli/Carillon.java",
          "src/main/resources/dev/carillon/config/schema.json");

  @TempDir private Path folder;

  private Dockerfile file;

  @BeforeEach
  void read() throws IOException {
    file = Dockerfile.read(Path.of("docker/Dockerfile"));
  }

  @Test
  void buildsWhatTheReadmeBuildsFromFilesThatReachTheBuilder() throws IOException {
    String build = Readme.bashAfter("## Run it").split(" && ", -1)[0];
    assertThat(file.all("RUN").get(0).replace(" --batch-mode", "")).isEqualTo(build);
    assertThat(file.all("COPY").get(0)).isEqualTo(". .");
    List<PathMatcher> ignored =
        Files.readAllLines(Path.of(".dockerignore")).stream()
            .map(pattern -> FileSystems.getDefault().getPathMatcher("glob:" + pattern))
            .toList();
    for (String source : SOURCES) {
      Path path = Path.of(source);
      assertThat(path).exists();
      for (Path part = path; part != null; part = part.getParent()) {
        Path tried = part;
        assertThat(ignored).as("%s stays", part).noneMatch(pattern -> pattern.matches(tried));
      }
    }
  }

  @Test
  void startsTheJarThatWasBuilt() {
    Matcher copy = Pattern.compile("--from=build (\\S+) (\\S+)").matcher(file.all("COPY").get(1));
    assertThat(copy.matches()).isTrue();
    Path built = Path.of(file.all("WORKDIR").get(0)).relativize(Path.of(copy.group(1)));
    assertThat(JarServer.jar()).isEqualTo(built.toAbsolutePath()).isRegularFile();
    assertThat(file.command("ENTRYPOINT")).containsSubsequence("-jar", copy.group(2));
    assertThat(file.all("FROM"))
        .allMatch(image -> image.matches("[a-z/-]+:[0-9][A-Za-z0-9.-]*( AS build)?"));
  }

  @Test
  @Needs(Tool.USERADD)
  void runsAsAUserThatItMakes() throws IOException, InterruptedException {
    String line = file.all("RUN").get(1);
    assertThat(line).startsWith("useradd ").contains(" --uid " + file.last("USER") + " ");
    assertThat(file.last("USER")).isNotEqualTo("0");
    assertThat(line).contains("--home-dir " + file.last("VOLUME") + " ");
    String help = Program.succeeds(folder, Map.of(), List.of("" + Tool.USERADD.path(), "--help"));
    assertThat(Pattern.compile("--[a-z-]+").matcher(line).results().map(MatchResult::group))
        .isNotEmpty()
        .allMatch(option -> Pattern.compile(option + "\\b").matcher(help).find());
  }

  /** On the newest JVM beside the one that runs the tests: the image's own is newer than that. */
  @Test
  void isHealthyFromReadyToDraining() throws IOException, InterruptedException {
    Matcher image = Pattern.compile(".*:(\\d+)-jre.*").matcher(file.last("FROM"));
    assertThat(image.matches()).isTrue();
    int major = Integer.parseInt(image.group(1));
    Jdk jdk = Jdk.newest();
    assertThat(SINCE).allSatisfy((flag, since) -> assertThat(since).isLessThanOrEqualTo(major));
    List<String> command =
        Stream.concat(file.command("ENTRYPOINT").stream(), file.command("CMD").stream())
            .filter(part -> SINCE.getOrDefault(part, 0) <= jdk.major())
            .collect(toCollection(ArrayList::new));
    assertThat(command.set(0, jdk.java().toString())).isEqualTo("java");
    command.set(command.indexOf("-jar") + 1, JarServer.jar().toString());

    Map<String, String> environment = file.environment();
    assertThat(environment).containsOnlyKeys("CARILLON_HTTP_HOST", "CARILLON_HTTP_PORT");
    assertThat(file.last("EXPOSE")).startsWith(environment.get("CARILLON_HTTP_PORT") + " ");
    assertThat(file.last("STOPSIGNAL")).isEqualTo("SIGTERM");
    // Nobody else is to come in here, and the port may be taken.
    Map<String, String> here =
        Map.of(
            "CARILLON_HTTP_HOST", "127.0.0.1",
            "CARILLON_HTTP_PORT", "0",
            "CARILLON_AUTH_MODE", "open",
            "CARILLON_DRAIN", "1s");
    try (JarServer server = JarServer.start(folder, command, here)) {
      assertThat(isHealthy(server)).isTrue();
      RawWebSocket client = server.webSocket("");
      server.signal();
      client.read("goaway");
      await().atMost(PATIENCE).until(() -> !isHealthy(server));
      assertThat(server.isAlive()).as("drains still").isTrue();
      assertThat(server.awaitExit()).as(server.said()).isZero();
      assertThat(isHealthy(server)).isFalse();
    }
  }

  private boolean isHealthy(JarServer server) throws IOException, InterruptedException {
    Map<String, String> environment = Map.of("CARILLON_HTTP_PORT", "" + server.port());
    return Program.run(folder, environment, file.command("HEALTHCHECK")).exitCode() == 0;
  }
}
