package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import dev.carillon.config.Log;
import dev.carillon.config.LogFormat;
import dev.carillon.config.LogLevel;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class LoggingTest {

  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void aRecordIsOneLineWhateverItHolds(LogFormat format) {
    String line =
        written(format, "first\r\nINFO forged", new IllegalStateException("second\nthird"));

    assertThat(line).endsWith("\n");
    assertThat(line.strip()).doesNotContain("\n", "\r");
    assertThat(line).contains("first", "IllegalStateException", "third");
  }

  @Test
  void jsonLinesAreJson() {
    JsonObject line = new JsonObject(written(LogFormat.JSON, "hello \"you\"", null));

    assertThat(line.getString("formattedMessage")).isEqualTo("hello \"you\"");
    assertThat(line.getString("level")).isEqualTo("WARN");
    assertThat(line.getString("loggerName")).isEqualTo("dev.carillon.Test");
  }

  @Test
  void textLinesBeginWithTimeAndLevel() {
    assertThat(written(LogFormat.TEXT, "hello", null))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ WARN  dev\\.carillon\\.Test"
                + " hello\\R");
  }

  @Test
  void aReaderThatStallsHoldsNobodyUp() {
    CountDownLatch reads = new CountDownLatch(1);
    PrintStream before = System.err;
    System.setErr(new PrintStream(new StalledOutput(reads), true, StandardCharsets.UTF_8));
    try {
      Logging.configure(new Log(LogFormat.TEXT, LogLevel.INFO));
      assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () -> {
            for (int i = 0; i < 10_000; i++) {
              LoggerFactory.getLogger("dev.carillon.Test").info("line {}", i);
            }
          });
    } finally {
      reads.countDown();
      Logging.finish();
      System.setErr(before);
      Logging.quiet();
    }
  }

  /** Takes nothing until it is told to. */
  private static final class StalledOutput extends OutputStream {
    private final CountDownLatch reads;

    StalledOutput(CountDownLatch reads) {
      this.reads = reads;
    }

    @Override
    public void write(int b) throws IOException {
      try {
        reads.await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }
  }

  private static String written(
      LogFormat format, String message, @org.jspecify.annotations.Nullable Throwable failure) {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("dev.carillon.Test"), Level.WARN, message, failure, null);
    return new String(Logging.encoder(context, format).encode(event), StandardCharsets.UTF_8);
  }
}
