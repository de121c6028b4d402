package dev.carillon.event;

import java.nio.charset.StandardCharsets;

/** An event as the bytes that every subscriber sees; made once per node. */
public final class EventFrame implements Frame {
  private static final byte[] TYPE_AND_TOPIC = ascii("{\"type\":\"event\",\"topic\":\"");
  private static final byte[] ID = ascii("\",\"id\":");
  private static final byte[] TIME = ascii(",\"time\":\"");
  private static final byte[] OFFSET = ascii("\"offset\":");
  private static final byte[] KEY = ascii("\"key\":");
  private static final byte[] COMMA = ascii(",");
  private static final byte[] AFTER_TIME = ascii("\",");
  private static final byte[] DATA = ascii("\"data\":");
  private static final byte[] DATA_BASE64 = ascii("\"dataBase64\":");

  private final Event event;
  private final byte[] json;
  private final long offset;

  public EventFrame(Event event) {
    this.event = event;
    this.offset = event.position().map(Position::offset).orElse(0L);
    this.json = encode(event);
  }

  public Event event() {
    return event;
  }

  /** The topic's name. */
  public String topic() {
    return event.topic().name();
  }

  /** The event's offset in the history of its topic; 0 where the topic keeps none. */
  public long offset() {
    return offset;
  }

  /** The life of the history that the offset belongs to; empty where the topic keeps none. */
  public String epoch() {
    return event.position().map(Position::epoch).orElse("");
  }

  @Override
  public byte[] json() {
    return json;
  }

  @Override
  public String type() {
    return "event";
  }

  private static byte[] encode(Event event) {
    byte[] topic = event.topic().name().getBytes(StandardCharsets.ISO_8859_1);
    byte[] id = JsonText.quoted(event.id());
    byte[] time = EventTime.format(event.timeMillis());
    byte[] offset = event.position().map(EventFrame::encode).orElse(null);
    byte[] key = event.key().isPresent() ? JsonText.quoted(event.key().get()) : null;
    byte[] dataName = event.data().kind() == EventData.Kind.JSON ? DATA : DATA_BASE64;
    byte[] data = event.data().json();
    int size =
        TYPE_AND_TOPIC.length
            + topic.length
            + ID.length
            + id.length
            + TIME.length
            + time.length
            + AFTER_TIME.length
            + (offset == null ? 0 : OFFSET.length + offset.length + COMMA.length)
            + (key == null ? 0 : KEY.length + key.length + COMMA.length)
            + dataName.length
            + data.length
            + 1;
    byte[] json = new byte[size];
    int at = put(json, 0, TYPE_AND_TOPIC);
    at = put(json, at, topic);
    at = put(json, at, ID);
    at = put(json, at, id);
    at = put(json, at, TIME);
    at = put(json, at, time);
    at = put(json, at, AFTER_TIME);
    if (offset != null) {
      at = put(json, at, OFFSET);
      at = put(json, at, offset);
      at = put(json, at, COMMA);
    }
    if (key != null) {
      at = put(json, at, KEY);
      at = put(json, at, key);
      at = put(json, at, COMMA);
    }
    at = put(json, at, dataName);
    at = put(json, at, data);
    json[at] = '}';
    return json;
  }

  /** The first event of an epoch names it: whoever gets it live learns where offsets begin. */
  private static byte[] encode(Position position) {
    return ascii(
        position.offset()
            + (position.offset() == 1 ? ",\"epoch\":\"" + position.epoch() + "\"" : ""));
  }

  private static int put(byte[] target, int at, byte[] part) {
    System.arraycopy(part, 0, target, at, part.length);
    return at + part.length;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
