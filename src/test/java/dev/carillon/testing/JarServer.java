package dev.carillon.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The built jar, serving in a process of its own. */
public final class JarServer implements AutoCloseable {
  /** A JVM starts within a second or two, on a machine with nothing else to do. */
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private static final Pattern LISTENING =
      Pattern.compile("^listening on http://127\\.0\\.0\\.1:(\\d+)$", Pattern.MULTILINE);

  private final Process process;
  private final Path output;
  private final int port;
  private final Duration startTook;
  private final List<RawSocket> clients = new CopyOnWriteArrayList<>();

  /** What a command that ended by itself left behind. */
  public record Ended(int exitCode, List<String> out, List<String> err) {}

  private JarServer(Process process, Path output) {
    long start = System.nanoTime();
    this.process = process;
    this.output = output;
    try {
      this.port = awaitPort();
      this.startTook = Duration.ofNanos(System.nanoTime() - start);
    } catch (RuntimeException | Error e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** The jar that the build made. */
  public static Path jar() {
    Path jar = Path.of(System.getProperty("carillon.jar", "target/carillon.jar")).toAbsolutePath();
    assertThat(jar).as("made by mvn package").isRegularFile();
    return jar;
  }

  /** Starts on a free port, which the environment asks for; waits until it listens. */
  public static JarServer start(Path folder, String... jvmOptions) throws IOException {
    return start(folder, List.of(jvmOptions), List.of());
  }

  /** The same with settings such as {@code drain=3s}. */
  public static JarServer start(Path folder, List<String> jvmOptions, List<String> settings)
      throws IOException {
    return start(folder, List.of(), Map.of(), jvmOptions, settings);
  }

  /**
   * The same behind other programs, such as {@code unshare -m}, which end by becoming it.
   *
   * @param environment more variables
   */
  public static JarServer start(
      Path folder,
      List<String> before,
      Map<String, String> environment,
      List<String> jvmOptions,
      List<String> settings)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(command(jvmOptions, "serve"));
    settings.forEach(setting -> command.addAll(List.of("--set", setting)));
    return start(folder, command, environment);
  }

  /** The same by a whole command, such as that of an image. */
  public static JarServer start(Path folder, List<String> command, Map<String, String> environment)
      throws IOException {
    Path output = Files.createTempFile(folder, "serve", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(Map.of("CARILLON_HTTP_PORT", "0", "CARILLON_DRAIN", "1s"));
    builder.environment().putAll(environment);
    return new JarServer(builder.start(), output);
  }

  public long pid() {
    return process.pid();
  }

  /** Ends it by SIGKILL, in the middle of whatever it does. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(DEADLINE.toSeconds(), SECONDS)).isTrue();
  }

  /** Runs a command of the jar that ends by itself. */
  public static Ended run(Path folder, String... arguments)
      throws IOException, InterruptedException {
    return run(folder, Path.of("/dev/null"), arguments);
  }

  /** The same with a file as its standard input. */
  public static Ended run(Path folder, Path input, String... arguments)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "run", ".out");
    Path err = Files.createTempFile(folder, "run", ".err");
    Process process =
        new ProcessBuilder(command(List.of(), arguments))
            .redirectInput(input.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(DEADLINE.toSeconds(), SECONDS)).as("ends by itself").isTrue();
      return new Ended(
          process.exitValue(), Files.readAllLines(out, UTF_8), Files.readAllLines(err, UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  /** What starts the jar with these arguments. */
  public static List<String> command(String... arguments) {
    return command(List.of(), arguments);
  }

  private static List<String> command(List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-jar", jar().toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private int awaitPort() {
    await("the line that says it listens")
        .atMost(DEADLINE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> LISTENING.matcher(said()).find() || !process.isAlive());
    Matcher listening = LISTENING.matcher(said());
    assertThat(listening.find()).as(said()).isTrue();
    return Integer.parseInt(listening.group(1));
  }

  public int port() {
    return port;
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Everything it said, on standard output and standard error. */
  public String said() {
    try {
      return Files.readString(output, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From the start of the process to the line that says it listens. */
  public Duration startTook() {
    return startTook;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** A connection for HTTP. */
  public RawHttp http() {
    return new RawHttp(connect(0));
  }

  /** A WebSocket that has read its welcome; {@code query} such as {@code ?subscriber=ann}. */
  public RawWebSocket webSocket(String query) {
    return webSocket(query, 0);
  }

  /** A WebSocket after the handshake, whose first frame is not read yet. */
  public RawWebSocket upgradedWebSocket(String query) {
    return upgraded(query, 0);
  }

  /** A WebSocket that has read its welcome, however often it is told to come later. */
  public RawWebSocket awaitWebSocket(String query) {
    return await()
        .atMost(DEADLINE)
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              RawWebSocket opened = upgraded(query, 0);
              JsonObject first = opened.read();
              if (first.getString("type").equals("welcome")) {
                return opened;
              }
              assertThat(first.getBoolean("retryable")).as(first.encode()).isTrue();
              return null;
            },
            Objects::nonNull);
  }

  /** The same with a receive buffer of about so many bytes, so that who does not read is felt. */
  public RawWebSocket webSocket(String query, int receiveBufferBytes) {
    RawWebSocket opened = upgraded(query, receiveBufferBytes);
    opened.read("welcome");
    return opened;
  }

  private RawWebSocket upgraded(String query, int receiveBufferBytes) {
    RawSocket socket = connect(receiveBufferBytes);
    HttpAnswer answer = new RawHttp(socket).send(ClientFrames.handshake("/v1/ws" + query)).read();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(101);
    return new RawWebSocket(socket);
  }

  private RawSocket connect(int receiveBufferBytes) {
    RawSocket socket = RawSocket.to(port, receiveBufferBytes);
    clients.add(socket);
    return socket;
  }

  /** Sends SIGTERM. */
  public void signal() {
    // By its handle: Process.destroy() would close the streams as well.
    assertThat(process.toHandle().destroy()).isTrue();
  }

  /** Ends it by SIGTERM and gives its exit code. */
  public int terminate() throws InterruptedException {
    signal();
    return awaitExit();
  }

  /** Its exit code, once it has ended. */
  public int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(DEADLINE.toSeconds(), SECONDS)).as(said()).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    clients.forEach(RawSocket::close);
    process.destroyForcibly();
  }
}
