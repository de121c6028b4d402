package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class LinesTest {

  @Property
  void linesAreTheSameHoweverTheyArrive(
      @ForAll("lines") List<String> lines, @ForAll @IntRange(min = 1, max = 9000) int chunk)
      throws Exception {
    String text = String.join("\n", lines) + "\n";

    assertThat(read(new Lines(inChunks(text, chunk), 1 << 20))).isEqualTo(lines);
  }

  @Property
  void aLastLineNeedsNoEnd(@ForAll("lines") List<String> lines) throws Exception {
    String last = "end";

    List<String> read =
        read(new Lines(inChunks(String.join("\n", lines) + "\n" + last, 100), 1 << 20));

    assertThat(read).hasSize(lines.size() + 1).endsWith(last);
  }

  @Example
  void aLineBeyondTheBoundIsPassedOverAndItsNumberKnown() throws Exception {
    Lines lines = new Lines(inChunks("1234\n12345\n1\n", 3), 4);

    assertThat(lines.next()).contains("1234");
    assertThatThrownBy(lines::next).isInstanceOf(Lines.LineTooLongException.class);
    assertThat(lines.number()).isEqualTo(2);
    assertThat(lines.next()).contains("1");
    assertThat(lines.next()).isEmpty();
  }

  private static List<String> read(Lines lines) throws Exception {
    List<String> read = new ArrayList<>();
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      read.add(line.get());
      assertThat(lines.number()).isEqualTo(read.size());
    }
    return read;
  }

  private static InputStream inChunks(String text, int chunk) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
      @Override
      public int read(byte[] bytes) throws IOException {
        return read(bytes, 0, Math.min(chunk, bytes.length));
      }
    };
  }

  @Provide
  Arbitrary<List<String>> lines() {
    return Arbitraries.strings()
        .excludeChars('\n', '\r')
        .ofMaxLength(2000)
        .filter(text -> text.chars().noneMatch(c -> Character.isSurrogate((char) c)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(20);
  }
}
