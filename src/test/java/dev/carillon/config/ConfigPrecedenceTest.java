package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;

class ConfigPrecedenceTest {
  /**
   * Keys whose values must fit another key's or the machine, or that have neither a default nor a
   * value that is shown; they have tests of their own.
   */
  private static final Set<String> COMPARED =
      Set.of(
          "http.pingSeconds",
          "http.idleSeconds",
          "limits.eventBytes",
          "limits.frameBytes",
          "store.kind",
          "store.password",
          "store.path",
          "store.url",
          "store.user",
          "topics");

  private final Path file;

  ConfigPrecedenceTest() throws IOException {
    file = Files.createTempFile("carillon", ".json");
  }

  @AfterTry
  void deleteFile() throws IOException {
    Files.deleteIfExists(file);
  }

  /**
   * One key and what each layer says of it, if anything.
   *
   * @param spaced which of the variable's two spellings is used
   */
  record Said(
      String key,
      Optional<JsonTree> inFile,
      Optional<JsonTree> inEnvironment,
      Optional<JsonTree> asOption,
      boolean spaced) {

    String variable() {
      return Environment.PREFIX + Keys.upperCase(key, spaced);
    }
  }

  @Provide
  Arbitrary<Said> said() {
    List<Arbitrary<Said>> keys = new ArrayList<>();
    Loading.SCHEMA
        .keys()
        .forEach(
            (key, rule) -> {
              boolean single = !(rule instanceof Rule.ObjectRule) && !key.startsWith("http.tls");
              if (single && !COMPARED.contains(key)) {
                keys.add(said(key, ValidValues.of(key, rule).optional(0.6)));
              }
            });
    return Arbitraries.oneOf(keys);
  }

  private static Arbitrary<Said> said(String key, Arbitrary<Optional<JsonTree>> value) {
    return Combinators.combine(value, value, value, Arbitraries.of(true, false))
        .as(
            (inFile, inEnvironment, asOption, spaced) ->
                new Said(key, inFile, inEnvironment, asOption, spaced));
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void lastLayerThatSaysAKeyDecidesIt(@ForAll("said") Said said) throws IOException {
    JsonTree empty = JsonTree.Members.none(Origin.DEFAULT);
    JsonTree json = said.inFile().map(value -> nested(said.key(), value)).orElse(empty);
    Files.writeString(file, JsonWriter.pretty(json), StandardCharsets.UTF_8);
    ConfigSources sources = ConfigSources.NONE.withFile(file);
    if (said.inEnvironment().isPresent()) {
      sources = sources.withEnvironment(Map.of(said.variable(), text(said.inEnvironment().get())));
    }
    if (said.asOption().isPresent()) {
      sources = sources.set(said.key() + "=" + text(said.asOption().get()));
    }

    List<String> inForce =
        Loading.accepted(sources).printer().origins().stream()
            .filter(
                line -> line.startsWith(said.key() + " = ") || line.startsWith(said.key() + "."))
            .toList();

    String origin =
        said.asOption().isPresent()
            ? "(from --set)"
            : said.inEnvironment().isPresent()
                ? "(from " + said.variable() + ")"
                : said.inFile().isPresent() ? "(from " + file + " line " : "(";
    assertThat(inForce).allSatisfy(line -> assertThat(line).contains(origin));
    assertThat(
            inForce.stream().map(line -> line.replaceFirst(" \\((from .*|default|the .*)\\)$", "")))
        .containsExactlyElementsOf(
            said.asOption()
                .or(said::inEnvironment)
                .or(said::inFile)
                .or(() -> Loading.SCHEMA.rule(said.key()).orElseThrow().notes().byDefault())
                .map(value -> shown(said.key(), value))
                .orElse(List.of("node = \"testhost\"")));
  }

  private static List<String> shown(String key, JsonTree value) {
    List<String> lines = new ArrayList<>();
    if (value instanceof JsonTree.Items items && !items.list().isEmpty()) {
      for (JsonTree item : items.list()) {
        lines.addAll(shown(key + "." + lines.size(), item));
      }
    } else {
      lines.add(key + " = " + JsonWriter.compact(value, Integer.MAX_VALUE));
    }
    return lines;
  }

  /** A value as an option says it: text without quotes, anything else as JSON. */
  private static String text(JsonTree value) {
    return JsonTree.valueOf(value) instanceof String text
        ? text
        : JsonWriter.compact(value, Integer.MAX_VALUE);
  }

  private static JsonTree nested(String key, JsonTree value) {
    List<String> names = Keys.split(key);
    JsonTree nested = value;
    for (int i = names.size() - 1; i >= 0; i--) {
      nested = JsonTree.Members.none(value.origin()).with(names.get(i), nested);
    }
    return nested;
  }
}
