package dev.carillon.event;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The time of an event as clients see it: RFC 3339 in UTC with milliseconds. */
final class EventTime {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private static final long FIRST_PLAIN = 0;
  private static final long LAST_PLAIN = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
  private static final int DAY_MS = 86_400_000;

  /** Days from the first of March of year 0, where the leap day ends each year, to 1970. */
  private static final int DAYS_TO_1970 = 719_468;

  private static final int DAYS_OF_400_YEARS = 146_097;

  private EventTime() {}

  static byte[] format(long timeMillis) {
    return timeMillis >= FIRST_PLAIN && timeMillis <= LAST_PLAIN
        ? plain(timeMillis)
        : FORMAT.format(Instant.ofEpochMilli(timeMillis)).getBytes(StandardCharsets.US_ASCII);
  }

  /** Every event of a node is written once: a formatter takes more time than all the rest of it. */
  private static byte[] plain(long timeMillis) {
    int days = (int) (timeMillis / DAY_MS) + DAYS_TO_1970;
    int millis = (int) (timeMillis % DAY_MS);
    int era = days / DAYS_OF_400_YEARS;
    int dayOfEra = days % DAYS_OF_400_YEARS;
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int monthFromMarch = (5 * dayOfYear + 2) / 153;
    int day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
    int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    int year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);

    byte[] text = new byte[24];
    put(text, 0, year / 100);
    put(text, 2, year % 100);
    text[4] = '-';
    put(text, 5, month);
    text[7] = '-';
    put(text, 8, day);
    text[10] = 'T';
    put(text, 11, millis / 3_600_000);
    text[13] = ':';
    put(text, 14, millis / 60_000 % 60);
    text[16] = ':';
    put(text, 17, millis / 1000 % 60);
    text[19] = '.';
    put(text, 20, millis % 1000 / 10);
    text[22] = (byte) ('0' + millis % 10);
    text[23] = 'Z';
    return text;
  }

  private static void put(byte[] text, int at, int twoDigits) {
    text[at] = (byte) ('0' + twoDigits / 10);
    text[at + 1] = (byte) ('0' + twoDigits % 10);
  }
}
