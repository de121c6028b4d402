package dev.carillon.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class EventFrameTest {
  private static final long TIME = Instant.parse("2026-11-23T17:00:00.123Z").toEpochMilli();

  private static Event event(String id, Optional<String> key, EventData data) {
    return new Event(new Topic("orders.created"), id, TIME, key, data);
  }

  private static String json(Event event) {
    EventFrame frame = new EventFrame(event);
    assertThat(frame.size()).isEqualTo(frame.json().length);
    assertThat(frame.json()).isSameAs(frame.json());
    return new String(frame.json(), UTF_8);
  }

  @Test
  void writesExactlyWhatTheProtocolSays() {
    assertThat(json(event("e-1", Optional.of("o-17"), EventData.parse("{\"total\":1.50}"))))
        .isEqualTo(
            "{\"type\":\"event\",\"topic\":\"orders.created\",\"id\":\"e-1\","
                + "\"time\":\"2026-11-23T17:00:00.123Z\",\"key\":\"o-17\",\"data\":{\"total\":1.50}}");
  }

  @Test
  void leavesAMissingKeyOut() {
    assertThat(json(event("e-1", Optional.empty(), EventData.ofText("hi"))))
        .isEqualTo(
            "{\"type\":\"event\",\"topic\":\"orders.created\",\"id\":\"e-1\","
                + "\"time\":\"2026-11-23T17:00:00.123Z\",\"data\":\"hi\"}");
  }

  @Test
  void writesBytesAsBase64() {
    assertThat(json(event("e-1", Optional.empty(), EventData.ofBytes("hé".getBytes(UTF_8)))))
        .endsWith("\"dataBase64\":\"aMOp\"}");
  }

  @Test
  void writesWholeMilliseconds() {
    assertThat(
            new EventFrame(new Event(new Topic("a"), "i", 0, Optional.empty(), nothing())).json())
        .asString(UTF_8)
        .contains("\"time\":\"1970-01-01T00:00:00.000Z\"");
  }

  @Test
  void isOneLineWhateverIsInIt() {
    String json = json(event("a\nb", Optional.of("c\r\nd"), EventData.parse("{\n\"a\":\n1}")));
    assertThat(json).doesNotContain("\n").doesNotContain("\r");
  }

  @Test
  void replacesHalfAPairThatAClientWroteAsAnEscape() {
    assertThat(json(event("a\ud800", Optional.of("\udc00b\ud83d\ude00"), nothing())))
        .contains("\"id\":\"a\ufffd\",", "\"key\":\"\ufffdb\ud83d\ude00\",");
  }

  @Property
  void canBeReadBackWhateverIdKeyAndTextHold(
      @ForAll @StringLength(min = 1, max = 64) String id,
      @ForAll @StringLength(min = 1, max = 255) String key,
      @ForAll @StringLength(max = 100) String text)
      throws IOException {
    EventFrame frame = new EventFrame(event(id, Optional.of(key), EventData.ofText(text)));
    try (JsonParser parser = new JsonFactory().createParser(frame.json())) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      assertThat(field(parser)).isEqualTo("type=event");
      assertThat(field(parser)).isEqualTo("topic=orders.created");
      assertThat(field(parser)).isEqualTo("id=" + wellFormed(id));
      assertThat(field(parser)).isEqualTo("time=2026-11-23T17:00:00.123Z");
      assertThat(field(parser)).isEqualTo("key=" + wellFormed(key));
      assertThat(field(parser)).isEqualTo("data=" + wellFormed(text));
      assertThat(parser.nextToken()).isEqualTo(JsonToken.END_OBJECT);
      assertThat(parser.nextToken()).isNull();
    }
  }

  @Test
  void aGapIsWrittenExactlyAsTheProtocolSays() {
    assertThat(new GapFrame(new Gap("orders.created", 15, GapReason.QUEUE_FULL)).json())
        .asString(UTF_8)
        .isEqualTo(
            "{\"type\":\"gap\",\"topic\":\"orders.created\",\"count\":15,"
                + "\"reason\":\"queue_full\"}");
    assertThat(new GapFrame(new Gap(">", Gap.UNKNOWN, GapReason.OVERLOAD)).json())
        .asString(UTF_8)
        .isEqualTo("{\"type\":\"gap\",\"topic\":\">\",\"count\":null,\"reason\":\"overload\"}");
  }

  private static String field(JsonParser parser) throws IOException {
    parser.nextToken();
    String name = parser.currentName();
    parser.nextToken();
    return name + "=" + parser.getText();
  }

  /** As UTF-8 can carry it; Java's own encoder writes a question mark for half a pair. */
  private static String wellFormed(String text) {
    StringBuilder whole = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        whole.append(c).append(text.charAt(++i));
      } else {
        whole.append(Character.isSurrogate(c) ? '\ufffd' : c);
      }
    }
    return whole.toString();
  }

  private static EventData nothing() {
    return EventData.parse("null");
  }
}
