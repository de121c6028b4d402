package dev.carillon.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class EventTimeTest {
  private static final DateTimeFormatter EXPECTED =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final long LAST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

  private static String formatted(long millis) {
    return new String(EventTime.format(millis), StandardCharsets.US_ASCII);
  }

  private static String expected(long millis) {
    return EXPECTED.format(Instant.ofEpochMilli(millis));
  }

  @Test
  void everyDayOfTheCalendarIsWrittenAsByTheJdk() {
    long last = LocalDate.of(9999, 12, 31).toEpochDay();
    for (long day = 0; day <= last; day++) {
      long millis = LocalDate.ofEpochDay(day).atStartOfDay().toEpochSecond(ZoneOffset.UTC) * 1000;
      String date = LocalDate.ofEpochDay(day).toString();
      assertThat(formatted(millis)).isEqualTo(date + "T00:00:00.000Z");
      assertThat(formatted(millis + 86_399_999)).isEqualTo(date + "T23:59:59.999Z");
    }
  }

  @Property
  void anyTimeIsWrittenAsByTheJdk(@ForAll @LongRange(min = 0, max = 253_402_300_799_999L) long at) {
    assertThat(formatted(at)).isEqualTo(expected(at));
  }

  @Test
  void timesBeyondFourDigitsOfYearsAreStillWritten() {
    for (long millis : new long[] {-1, LAST, LAST + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(formatted(millis)).isEqualTo(expected(millis));
    }
  }
}
