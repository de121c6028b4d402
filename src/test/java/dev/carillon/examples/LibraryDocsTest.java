package dev.carillon.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code docs/library.md} shows programs that run. */
@Timeout(60)
final class LibraryDocsTest {
  private static final Path EXAMPLES = Path.of("src/test/java/dev/carillon/examples");
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  /** A program's {@code main}. */
  interface Main {
    void run(String[] args) throws InterruptedException;
  }

  @Test
  void theDocumentShowsTheExamplesAsTheyAre() throws IOException {
    String document = Files.readString(Path.of("docs/library.md"));
    List<String> shown = CODE.matcher(document).results().map(LibraryDocsTest::code).toList();
    assertThat(shown)
        .containsExactly(
            Files.readString(EXAMPLES.resolve("SharedHubExample.java")),
            Files.readString(EXAMPLES.resolve("TopicConsumerExample.java")));
  }

  @Test
  void theSharedHubExampleRuns() throws InterruptedException {
    assertThat(printedBy(SharedHubExample::main))
        .containsExactly(
            "orders.created {\"order\":17}",
            "orders.created {\"order\":18}",
            "orders.paid {\"order\":17}");
  }

  @Test
  void theTopicConsumerExampleRuns() throws InterruptedException {
    assertThat(printedBy(TopicConsumerExample::main))
        .contains("orders.created {\"order\":17}")
        .isSubsetOf("orders.created {\"order\":17}", "published");
  }

  private static String code(MatchResult block) {
    return block.group(1);
  }

  static List<String> printedBy(Main main) throws InterruptedException {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      main.run(new String[0]);
    } finally {
      System.setOut(before);
    }
    return printed.toString(UTF_8).lines().toList();
  }
}
