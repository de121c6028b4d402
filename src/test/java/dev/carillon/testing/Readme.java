package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The commands that README.md and other documents show. */
public final class Readme {
  private static final String FENCE = "```";

  private Readme() {}

  /** The first block of bash after {@code mark}, word for word. */
  public static String bashAfter(String mark) throws IOException {
    return bashAfter(Path.of("README.md"), mark);
  }

  /** The same of another document. */
  public static String bashAfter(Path document, String mark) throws IOException {
    return blockAfter(document, mark, "bash");
  }

  /** The first block after {@code mark} that is written in {@code language}. */
  public static String blockAfter(Path document, String mark, String language) throws IOException {
    String opening = FENCE + language + "\n";
    String text = Files.readString(document);
    assertThat(text).containsOnlyOnce(mark);
    String rest = text.substring(text.indexOf(mark));
    int start = rest.indexOf(opening) + opening.length();
    return rest.substring(start, rest.indexOf(FENCE, start));
  }
}
