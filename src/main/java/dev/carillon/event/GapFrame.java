package dev.carillon.event;

import java.nio.charset.StandardCharsets;

/** The frame that announces a {@link Gap}. */
public final class GapFrame implements Frame {
  private final Gap gap;
  private final byte[] json;

  public GapFrame(Gap gap) {
    this.gap = gap;
    // Topics and reasons need no escapes in JSON.
    String text =
        "{\"type\":\"gap\",\"topic\":\""
            + gap.topic()
            + "\",\"count\":"
            + (gap.isCounted() ? gap.count() : "null")
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
