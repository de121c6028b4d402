package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.carillon.event.EventFrame;
import dev.carillon.store.DeadLetter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * One dead letter as lists show it.
 *
 * @param id as operators name it
 */
record DeadLetterView(DeadLetter letter, String id) implements ListEntry {
  private static final DateTimeFormatter RFC_3339 =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  @Override
  public void writeTo(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id());
    json.writeStringField("subscriber", letter.subscriber());
    json.writeStringField("reason", letter.reason().code());
    json.writeStringField("time", RFC_3339.format(Instant.ofEpochMilli(letter.timeMillis())));
    if (letter.content() instanceof DeadLetter.Lost lost) {
      json.writeFieldName("event");
      json.writeRawValue(new String(new EventFrame(lost.event()).json(), StandardCharsets.UTF_8));
    } else if (letter.content() instanceof DeadLetter.LostRange range) {
      json.writeStringField("topic", letter.topic());
      json.writeStringField("epoch", range.epoch());
      json.writeNumberField("from", range.from());
      json.writeNumberField("to", range.to());
    }
    json.writeEndObject();
  }
}
