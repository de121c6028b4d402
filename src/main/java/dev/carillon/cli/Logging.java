package dev.carillon.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.carillon.config.Log;
import dev.carillon.config.LogFormat;
import dev.carillon.config.LogLevel;
import java.util.function.UnaryOperator;
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

  /** Lines that wait for who reads them, at most. */
  private static final int MAX_LINES_WAITING = 1024;

  private static final int FLUSH_MS = 1000;

  private Logging() {}

  /** For a node, whose event loops must not wait for whoever reads its log. */
  static void configure(Log log) {
    configure(log.format(), log.level(), Logging::withoutWaiting);
  }

  /** Writes what is still to be written, for a second at most. */
  static void finish() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }

  /** For commands that talk to a node: their own words are not log lines. */
  static void quiet() {
    configure(LogFormat.TEXT, LogLevel.ERROR, appender -> appender);
  }

  private static void configure(
      LogFormat format, LogLevel level, UnaryOperator<Appender<ILoggingEvent>> delivery) {
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
    root.addAppender(delivery.apply(standardError));
    root.setLevel(level(level));
    context.getLogger(TALKATIVE).setLevel(Level.ERROR);
    // Says in many lines what carillon.cluster says in one.
    boolean detailed = level.compareTo(LogLevel.INFO) > 0;
    context.getLogger("com.hazelcast").setLevel(detailed ? Level.INFO : Level.ERROR);
    context.getLogger("io.vertx.spi.cluster.hazelcast").setLevel(Level.ERROR);
    context.getLogger("io.vertx.core.eventbus.impl").setLevel(detailed ? Level.WARN : Level.ERROR);
    context
        .getLogger("io.vertx.core.eventbus.impl.clustered")
        .setLevel(detailed ? Level.WARN : Level.OFF);
    // Says line by line how it makes a schema.
    context.getLogger("org.flywaydb").setLevel(Level.WARN);
    if (detailed) {
      // Netty and Vert.x in detail would bury what was asked for.
      context.getLogger("io.netty").setLevel(Level.INFO);
      context.getLogger("io.vertx").setLevel(Level.INFO);
    }
  }

  /** When the reader does not keep up, lines are left out; the metrics count all the same. */
  private static Appender<ILoggingEvent> withoutWaiting(Appender<ILoggingEvent> appender) {
    AsyncAppender waiting = new AsyncAppender();
    waiting.setContext(appender.getContext());
    waiting.setName("waiting");
    waiting.setQueueSize(MAX_LINES_WAITING);
    waiting.setDiscardingThreshold(0);
    waiting.setNeverBlock(true);
    waiting.setMaxFlushTime(FLUSH_MS);
    waiting.addAppender(appender);
    waiting.start();
    return waiting;
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
