package dev.carillon.config;

import java.util.regex.Pattern;

/** Values and keys made fit for one line: short, and without control characters. */
final class Shown {
  private static final int MAX_VALUE = 80;
  private static final int MAX_KEY = 255;

  private static final Pattern LOGIN = Pattern.compile("//[^/\\s\"]*@");
  private static final Pattern PASSWORD =
      Pattern.compile("([?&](?:user|password|sslpassword)=)(?!\\(hidden\\))[^&\\s\"]+");

  private Shown() {}

  /** A value as JSON. */
  static String json(JsonTree value) {
    return cut(withoutPasswords(JsonWriter.compact(value, Integer.MAX_VALUE)), MAX_VALUE);
  }

  /** Text in which no address tells who may use it and by which password. */
  static String withoutPasswords(String text) {
    String bare = LOGIN.matcher(text).replaceAll("//" + ConfigPrinter.HIDDEN + "@");
    return PASSWORD.matcher(bare).replaceAll("$1" + ConfigPrinter.HIDDEN);
  }

  /** A key, which may come from a file and be anything. */
  static String key(String key) {
    return cut(key, MAX_KEY);
  }

  /** Text with everything escaped that would not show as itself on one line. */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isPrintable(c)) {
                shown.appendCodePoint(c);
              } else {
                shown.append(String.format("\\u%04x", c));
              }
            });
    return shown.toString();
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }

  private static boolean isPrintable(int c) {
    int type = Character.getType(c);
    return !Character.isISOControl(c)
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR
        // Marks that turn the direction of writing could make a line read as another one.
        && type != Character.FORMAT
        && type != Character.SURROGATE;
  }
}
