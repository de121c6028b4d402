package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Dead letters as nodes show them each other: written once, by who keeps them, for the data of an
 * event must not change on its way.
 *
 * @param more whether there may be some behind the last
 */
record LetterPage(List<Shown> letters, boolean more) {

  /**
   * One letter.
   *
   * @param json as it is shown
   */
  record Shown(String id, String json) implements ListEntry {
    @Override
    public void writeTo(JsonGenerator out) throws IOException {
      out.writeRawValue(json);
    }
  }

  /** As many of them as one page may hold. */
  static LetterPage of(List<DeadLetterView> views, boolean more) {
    List<Shown> shown = new ArrayList<>();
    long size = 0;
    for (DeadLetterView view : views) {
      if (size > JsonAnswer.MAX_PAGE_BYTES) {
        return new LetterPage(shown, true);
      }
      Buffer json = JsonAnswer.bytes(view::writeTo);
      size += json.length();
      shown.add(new Shown(view.id(), json.toString()));
    }
    return new LetterPage(shown, more);
  }

  Buffer bytes() {
    Buffer bytes = Buffer.buffer().appendByte((byte) (more ? 1 : 0));
    for (Shown letter : letters) {
      append(bytes, letter.id());
      append(bytes, letter.json());
    }
    return bytes;
  }

  /** Reads what {@link #bytes} wrote. */
  static LetterPage read(Buffer bytes) {
    List<Shown> letters = new ArrayList<>();
    int at = 1;
    while (at < bytes.length()) {
      String id = text(bytes, at);
      at += Integer.BYTES + bytes.getInt(at);
      letters.add(new Shown(id, text(bytes, at)));
      at += Integer.BYTES + bytes.getInt(at);
    }
    return new LetterPage(letters, bytes.getByte(0) == 1);
  }

  private static void append(Buffer bytes, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    bytes.appendInt(utf8.length).appendBytes(utf8);
  }

  private static String text(Buffer bytes, int at) {
    int begin = at + Integer.BYTES;
    return bytes.getString(begin, begin + bytes.getInt(at));
  }
}
