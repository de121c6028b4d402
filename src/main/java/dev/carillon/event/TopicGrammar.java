package dev.carillon.event;

import dev.carillon.event.InvalidTopicException.Kind;

/**
 * The grammar of topics and patterns: tokens of {@code A-Z a-z 0-9 _ - : @}, joined by dots.
 *
 * <p>A pattern may also hold {@code *} (one token) and, as its last token, {@code >} (one token or
 * more). A leading {@code $} is kept for the server's own topics and is outside what clients may
 * name.
 */
final class TopicGrammar {
  static final int MAX_LENGTH = 255;
  static final int MAX_TOKENS = 16;

  private TopicGrammar() {}

  static boolean isWildcard(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('>') >= 0;
  }

  static void check(Kind kind, String text) {
    if (text.isEmpty()) {
      throw invalid(kind, text, "is empty");
    }
    if (text.length() > MAX_LENGTH) {
      throw invalid(kind, text, "is longer than " + MAX_LENGTH + " characters");
    }
    int tokens = 1;
    int tokenStart = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? '.' : text.charAt(i);
      if (c == '.') {
        if (i == tokenStart) {
          throw invalid(kind, text, "has an empty token");
        }
        tokenStart = i + 1;
        if (i < text.length() && ++tokens > MAX_TOKENS) {
          throw invalid(kind, text, "has more than " + MAX_TOKENS + " tokens");
        }
      } else if (c == '*' || c == '>') {
        if (kind == Kind.TOPIC) {
          throw invalid(kind, text, "holds a wildcard, which only a pattern may");
        }
        boolean alone = i == tokenStart && (i + 1 == text.length() || text.charAt(i + 1) == '.');
        if (!alone) {
          throw invalid(kind, text, "has a wildcard that is not a token of its own");
        }
        if (c == '>' && i + 1 != text.length()) {
          throw invalid(kind, text, "has '>' before its last token");
        }
      } else if (!isTokenCharacter(c)) {
        throw invalid(
            kind,
            text,
            c == '$' && i == 0 ? "begins with '$', the server's own" : "holds " + name(c));
      }
    }
  }

  private static boolean isTokenCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-'
        || c == ':'
        || c == '@';
  }

  private static String name(char c) {
    return c > ' ' && c < 0x7f ? "'" + c + "'" : String.format("U+%04X", (int) c);
  }

  private static InvalidTopicException invalid(Kind kind, String text, String problem) {
    String allowed =
        kind == Kind.TOPIC
            ? "1 to 16 tokens of A-Z a-z 0-9 _ - : @ joined by dots, at most 255 characters"
            : "a topic in which * stands for one token and a last > for one or more";
    return new InvalidTopicException(
        kind,
        (kind == Kind.TOPIC ? "topic " : "pattern ")
            + shown(text)
            + " "
            + problem
            + "; allowed: "
            + allowed);
  }

  /** Text that came from outside is cut and made printable before it is shown or logged. */
  private static String shown(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < Math.min(text.length(), 64); i++) {
      char c = text.charAt(i);
      shown.append(c >= ' ' && c < 0x7f && c != '"' ? c : '?');
    }
    return shown.append(text.length() > 64 ? "…\"" : "\"").toString();
  }
}
