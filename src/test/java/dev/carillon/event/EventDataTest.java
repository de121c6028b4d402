package dev.carillon.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carillon.event.EventData.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EventDataTest {

  @Test
  void takesJsonAsItCame() {
    byte[] json = "{\"a\": 1.50, \"b\":\"\\n\"}".getBytes(UTF_8);
    EventData data = EventData.ofJson(json);
    assertThat(data.kind()).isEqualTo(Kind.JSON);
    assertThat(data.json()).isSameAs(json);
  }

  @Test
  void makesLineBreaksBetweenTokensSpacesAndLeavesTheCallersBytesAlone() {
    byte[] json = "{\r\n\"a\":\n[1,\r2]}".getBytes(UTF_8);
    EventData data = EventData.ofJson(json);
    assertThat(data).hasToString("{  \"a\": [1, 2]}");
    assertThat(json).asString(UTF_8).contains("\r\n");
  }

  @Test
  void makesTextAJsonString() {
    EventData data = EventData.ofText("a \"quote\", a\nbreak, \u0001 and €");
    assertThat(data.kind()).isEqualTo(Kind.JSON);
    assertThat(data).hasToString("\"a \\\"quote\\\", a\\nbreak, \\u0001 and €\"");
  }

  @Test
  void makesBytesABase64String() {
    EventData data = EventData.ofBytes(new byte[] {0, (byte) 0xfb, (byte) 0xff, 1});
    assertThat(data.kind()).isEqualTo(Kind.BASE64);
    assertThat(data).hasToString("\"APv/AQ==\"");
    assertThat(EventData.ofBase64("APv/AQ==")).isEqualTo(data);
    assertThat(EventData.ofBytes(new byte[0])).hasToString("\"\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "-0.5e3", "null", "true", "\"\"", "[]", "{\"a\":[{}]}", " {} ", "\"\u20ac\""})
  void parsesOneJsonValue(String json) {
    assertThat(EventData.parse(json)).hasToString(json);
    assertThat(EventData.parse(json)).isEqualTo(EventData.ofJson(json.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "  ", "{", "[1,]", "{a:1}", "'a'", "\"a", "01", "nul", "1 2", "{}{}", "{}x"})
  void refusesWhatIsNotOneJsonValue(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EventData.parse(text))
        .withMessageStartingWith("data is ");
  }

  @Test
  void equalsByContent() {
    EventData json = EventData.parse("\"QQ==\"");
    assertThat(json)
        .isEqualTo(EventData.ofText("QQ=="))
        .hasSameHashCodeAs(EventData.ofText("QQ=="));
    assertThat(json).isNotEqualTo(EventData.ofBase64("QQ=="));
    assertThat(json).isNotEqualTo(EventData.ofText("QQ"));
  }
}
