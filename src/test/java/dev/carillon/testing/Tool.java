package dev.carillon.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A program of the machine that some tests run and the build does not bring along. */
public enum Tool {
  /** A browser that Playwright can steer. */
  CHROMIUM("chromium", "chromium-browser", "google-chrome"),
  /** A C compiler, for the load generator in {@code bench/}. */
  C_COMPILER("cc", "gcc", "clang"),
  /** A mount namespace of its own, for a disk that is full. */
  UNSHARE("unshare"),
  /** The client of the README's examples over HTTP. */
  CURL("curl"),
  /** Network namespaces, which only root may make. */
  IP("ip") {
    @Override
    public Optional<Path> find() {
      return isRoot() ? super.find() : Optional.empty();
    }

    @Override
    String missing() {
      return isRoot() ? super.missing() : "needs root, for network namespaces";
    }

    private boolean isRoot() {
      return "root".equals(System.getProperty("user.name"));
    }
  },
  /** Packets that are dropped on purpose. */
  NFT("nft"),
  /** Makes the image's user. */
  USERADD("useradd"),
  /** The proxy before a cluster. */
  HAPROXY("haproxy"),
  /** Judges compose files; needs no container engine for that. */
  DOCKER_COMPOSE("docker-compose"),
  /** Judges Prometheus' configuration, alerts and queries. */
  PROMTOOL("promtool");

  // Where Debian keeps servers, which is not on everybody's PATH.
  private static final Path SERVERS = Path.of("/usr/sbin");

  @SuppressWarnings("ImmutableEnumChecker") // List.of gives a list that nobody can change.
  private final List<String> names;

  Tool(String... names) {
    this.names = List.of(names);
  }

  /** The program's path, or nothing if none of its names is on {@code PATH} or among servers. */
  public Optional<Path> find() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    List<Path> folders =
        Stream.concat(Stream.of(path.split(File.pathSeparator)).map(Path::of), Stream.of(SERVERS))
            .toList();
    return names.stream()
        .flatMap(name -> folders.stream().map(folder -> folder.resolve(name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The program's path, for a test under {@link Needs}. */
  public Path path() {
    return find().orElseThrow(() -> new IllegalStateException(missing()));
  }

  String missing() {
    return "needs " + names.get(0) + ", which is not on the PATH";
  }
}
