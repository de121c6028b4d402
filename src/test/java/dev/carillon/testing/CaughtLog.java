package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Keeps the log lines of errors: no client may cause one, and Netty reports leaks in one. */
final class CaughtLog extends AppenderBase<ILoggingEvent> {
  private final List<ILoggingEvent> errors = new CopyOnWriteArrayList<>();

  void open() {
    Logger root = root();
    setContext(root.getLoggerContext());
    start();
    root.addAppender(this);
  }

  void close() {
    root().detachAppender(this);
    stop();
  }

  List<String> errors() {
    return errors.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** Fails where one of these beginnings is missing, or an error has none of them. */
  void assertErrors(List<String> beginnings) {
    assertThat(errors())
        .allMatch(error -> beginnings.stream().anyMatch(error::startsWith), "is expected");
    assertThat(beginnings)
        .allMatch(
            beginning -> errors().stream().anyMatch(error -> error.startsWith(beginning)),
            "was logged");
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
      errors.add(event);
    }
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }
}
