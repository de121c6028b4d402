package dev.carillon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.carillon.config.Log;
import dev.carillon.config.LogFormat;
import dev.carillon.config.LogLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where and how log lines are written: to standard error, one line a record, whatever a record
 * holds. Set up in code, as reading logback's XML would take longer than the rest of a start.
 */
final class Logging {
  private static final String TEXT =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{30} "
          + "%replace(%replace(%msg%n%xException){'[\\r\\n]+\\s*(?=\\S)', ' | '}){'\\s+$', ''}"
          + "%nopex%n";

  /** Speaks of every client WebSocket that closes, as a warning. */
  private static final String TALKATIVE = "io.vertx.core.http.impl.HttpClientConnectionInternal";

  private Logging() {}

  /** For a node. */
  static void configure(Log log) {
    configure(log.format(), log.level());
  }

  /** For commands that talk to a node: their own words are not log lines. */
  static void quiet() {
    configure(LogFormat.TEXT, LogLevel.ERROR);
  }

  private static void configure(LogFormat format, LogLevel level) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      // An embedding program logs by other means, and says itself how.
      return;
    }
    context.reset();
    ConsoleAppender<ILoggingEvent> standardError = new ConsoleAppender<>();
    standardError.setContext(context);
    standardError.setName("stderr");
    standardError.setTarget("System.err");
    standardError.setEncoder(encoder(context, format));
    standardError.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(standardError);
    root.setLevel(level(level));
    context.getLogger(TALKATIVE).setLevel(Level.ERROR);
    if (level.compareTo(LogLevel.INFO) > 0) {
      // Netty and Vert.x in detail would bury what was asked for.
      context.getLogger("io.netty").setLevel(Level.INFO);
      context.getLogger("io.vertx").setLevel(Level.INFO);
    }
  }

  private static Level level(LogLevel level) {
    return switch (level) {
      case ERROR -> Level.ERROR;
      case WARN -> Level.WARN;
      case INFO -> Level.INFO;
      case DEBUG -> Level.DEBUG;
      case TRACE -> Level.TRACE;
    };
  }

  static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
    return format == LogFormat.JSON ? json(context) : text(context);
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(TEXT);
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMessage(false);
    encoder.setWithFormattedMessage(true);
    encoder.setWithArguments(false);
    encoder.start();
    return encoder;
  }
}
