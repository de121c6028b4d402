package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import dev.carillon.config.LogFormat;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
