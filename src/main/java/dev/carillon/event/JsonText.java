package dev.carillon.event;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;

/** JSON strings as bytes. */
public final class JsonText {
  private static final char REPLACEMENT = '\ufffd';

  private JsonText() {}

  /**
   * The text as a JSON string in UTF-8, with its quotes. Half a surrogate pair, which UTF-8 has no
   * bytes for, becomes U+FFFD.
   */
  public static byte[] quoted(String text) {
    byte[] inner = encode(text);
    byte[] quoted = new byte[inner.length + 2];
    quoted[0] = '"';
    System.arraycopy(inner, 0, quoted, 1, inner.length);
    quoted[quoted.length - 1] = '"';
    return quoted;
  }

  private static byte[] encode(String text) {
    return isPlain(text) ? text.getBytes(StandardCharsets.ISO_8859_1) : escaped(text);
  }

  /** Ids and keys are, nearly always: then there is nothing to escape. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  private static byte[] escaped(String text) {
    JsonStringEncoder encoder = JsonStringEncoder.getInstance();
    try {
      return encoder.quoteAsUTF8(text);
    } catch (IllegalArgumentException brokenPair) {
      // A client may write one as an escape: its event must not fail halfway through a batch.
      return encoder.quoteAsUTF8(wellFormed(text));
    }
  }

  private static String wellFormed(String text) {
    StringBuilder whole = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c)
        .forEach(whole::appendCodePoint);
    return whole.toString();
  }
}
