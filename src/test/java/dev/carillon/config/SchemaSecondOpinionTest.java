package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Our walk over the schema against a validator of all of JSON Schema: what stands in {@code
 * schema.json} is what is checked.
 */
class SchemaSecondOpinionTest {
  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions()
          .setBaseUri("https://carillon.dev/")
          .setDraft(Draft.DRAFT202012)
          .setOutputFormat(OutputFormat.Flag);

  private final Validator validator = Validator.create(JsonSchema.of(schema()), OPTIONS);

  private static JsonObject schema() {
    try (InputStream json = Schema.class.getResourceAsStream("schema.json")) {
      return new JsonObject(
          new String(Objects.requireNonNull(json).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Provide
  Arbitrary<JsonTree> configurations() {
    return ValidValues.of("", Loading.SCHEMA.root());
  }

  @Provide
  Arbitrary<JsonTree> doubtful() {
    List<JsonTree> oddities =
        List.of(
            ValidValues.leaf(BigDecimal.valueOf(-1)),
            ValidValues.leaf(BigDecimal.ZERO),
            ValidValues.leaf(new BigDecimal("65536")),
            ValidValues.leaf(new BigDecimal("1.5")),
            ValidValues.leaf(new BigDecimal("99999999999999")),
            ValidValues.leaf(true),
            ValidValues.leaf(""),
            ValidValues.leaf("a..b"),
            ValidValues.leaf(">.a"),
            ValidValues.leaf("a.".repeat(16) + "a"),
            ValidValues.leaf("a".repeat(256)),
            ValidValues.leaf("drop-newest"),
            ValidValues.leaf("https://a.example/"),
            ValidValues.leaf("open"),
            new JsonTree.Leaf(null, Origin.DEFAULT),
            JsonTree.Members.none(Origin.DEFAULT),
            JsonTree.Members.none(Origin.DEFAULT).with("odd", ValidValues.leaf(true)),
            new JsonTree.Items(List.of(), Origin.DEFAULT),
            new JsonTree.Items(List.of(ValidValues.leaf("a")), Origin.DEFAULT));
    return Combinators.combine(
            configurations(), Arbitraries.integers().between(0, 60), Arbitraries.of(oddities))
        .as((tree, place, oddity) -> new Grafter(place, oddity).graft(tree));
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void bothAcceptWhatIsValid(@ForAll("configurations") JsonTree tree) {
    assertThat(mistakes(tree)).isEmpty();
    assertThat(secondOpinion(tree)).isTrue();
  }

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void bothSayTheSameOfWhatIsDoubtful(@ForAll("doubtful") JsonTree tree) {
    assertThat(mistakes(tree).isEmpty()).isEqualTo(secondOpinion(tree));
  }

  private static List<ConfigMistake> mistakes(JsonTree tree) {
    List<ConfigMistake> mistakes = new ArrayList<>();
    SchemaCheck check = new SchemaCheck(Loading.SCHEMA, mistakes);
    check.check("", Loading.SCHEMA.root(), tree);
    check.checkRequired("", Loading.SCHEMA.root(), tree);
    // The validator doesn't know our keywords for the bounds of a duration.
    mistakes.removeIf(
        mistake ->
            mistake.allowed().contains("duration")
                && mistake.value().orElse("").matches("\"[0-9]{1,9}(ms|s|m|h)\""));
    return mistakes;
  }

  private boolean secondOpinion(JsonTree tree) {
    Object json =
        new JsonObject("{\"tree\":" + JsonWriter.compact(tree, Integer.MAX_VALUE) + "}")
            .getValue("tree");
    return validator.validate(json).getValid();
  }

  /** Puts an odd value in place of one of a tree's values. */
  private static final class Grafter {
    private final JsonTree oddity;
    private int left;

    Grafter(int place, JsonTree oddity) {
      this.left = place;
      this.oddity = oddity;
    }

    JsonTree graft(JsonTree tree) {
      if (left-- == 0) {
        return oddity;
      }
      if (tree instanceof JsonTree.Members members) {
        Map<String, JsonTree> grafted = new LinkedHashMap<>();
        members.byName().forEach((name, value) -> grafted.put(name, graft(value)));
        return new JsonTree.Members(grafted, members.origin());
      }
      if (tree instanceof JsonTree.Items items) {
        return new JsonTree.Items(items.list().stream().map(this::graft).toList(), items.origin());
      }
      return tree;
    }
  }
}
