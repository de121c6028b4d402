package dev.carillon.event;

import java.nio.charset.StandardCharsets;

/** The frame that announces a {@link Gap}. */
public final class GapFrame implements Frame {
  private final Gap gap;
  private final byte[] json;

  public GapFrame(Gap gap) {
    this.gap = gap;
    // Topics, reasons and epochs need no escapes in JSON.
    String text =
        "{\"type\":\"gap\",\"topic\":\""
            + gap.topic()
            + "\",\"count\":"
            + (gap.isCounted() ? gap.count() : "null")
            + (gap.hasRange() ? ",\"from\":" + gap.from() + ",\"to\":" + gap.to() : "")
            + (gap.epoch().isEmpty() ? "" : ",\"epoch\":\"" + gap.epoch() + "\"")
            + ",\"reason\":\""
            + gap.reason().code()
            + "\"}";
    this.json = text.getBytes(StandardCharsets.UTF_8);
  }

  public Gap gap() {
    return gap;
  }

  @Override
  public byte[] json() {
    return json;
  }

  @Override
  public String type() {
    return "gap";
  }
}
