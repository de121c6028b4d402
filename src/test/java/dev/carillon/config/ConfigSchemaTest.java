package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSchemaTest {
  /** The only numbers that count nothing. */
  private static final Set<String> WITHOUT_UNIT =
      Set.of("http.port", "cluster.port", "cluster.busPort");

  record Leaf(String key, Rule rule, boolean required) {
    @Override
    public String toString() {
      return key;
    }
  }

  static Stream<Leaf> leaves() {
    List<Leaf> leaves = new ArrayList<>();
    collect("", Loading.SCHEMA.root(), true, leaves);
    return leaves.stream();
  }

  private static void collect(String key, Rule rule, boolean required, List<Leaf> leaves) {
    if (rule instanceof Rule.ObjectRule object) {
      object
          .members()
          .forEach(
              (name, member) ->
                  collect(Keys.join(key, name), member, object.required().contains(name), leaves));
    } else if (rule instanceof Rule.ListRule list && list.entry() instanceof Rule.ObjectRule) {
      collect(key + ".0", list.entry(), true, leaves);
    } else {
      leaves.add(new Leaf(key, rule, required));
    }
  }

  @ParameterizedTest
  @MethodSource("leaves")
  void everyKeySaysWhatItIsAndWhy(Leaf leaf) {
    assertThat(leaf.rule().notes().description())
        .hasSizeGreaterThan(40)
        .endsWith(".")
        .contains(" ");
  }

  @ParameterizedTest
  @MethodSource("leaves")
  void everyNumberHasAUnitAndEveryOtherValueNone(Leaf leaf) {
    assertThat(leaf.rule().notes().unit().isPresent())
        .isEqualTo(
            leaf.rule() instanceof Rule.WholeNumberRule && !WITHOUT_UNIT.contains(leaf.key()));
  }

  @ParameterizedTest
  @MethodSource("leaves")
  void everyKeyHasADefaultThatIsAllowedUnlessItIsRequiredOrOptional(Leaf leaf) {
    Notes notes = leaf.rule().notes();
    notes.byDefault().ifPresent(value -> assertThat(leaf.rule().accepts(value)).isTrue());
    boolean hasDefault = notes.byDefault().isPresent() || notes.computed().isPresent();
    boolean optional = optionalComponents().contains(leaf.key());
    assertThat(Stream.of(hasDefault, leaf.required(), optional).filter(is -> is)).hasSize(1);
  }

  @Test
  void everyKeyIsOneRecordComponentAndEveryComponentAKey() {
    assertThat(components().keySet())
        .containsExactlyInAnyOrderElementsOf(leaves().map(Leaf::key).toList());
  }

  @ParameterizedTest
  @MethodSource("leaves")
  void everyKeyFitsTheTypeOfItsComponent(Leaf leaf) {
    Class<?> type = type(Objects.requireNonNull(components().get(leaf.key())));
    Rule rule = leaf.rule();
    if (rule instanceof Rule.WholeNumberRule number) {
      assertThat(number.minimum()).isLessThanOrEqualTo(number.maximum());
      if (type != long.class && type != Long.class) {
        assertThat(type).isEqualTo(int.class);
        assertThat(number.maximum()).isLessThanOrEqualTo(Integer.MAX_VALUE);
      }
    } else if (rule instanceof Rule.ChoiceRule choice) {
      assertThat(
              Stream.of(type.getEnumConstants())
                  .map(c -> ((Enum<?>) c).name().toLowerCase(Locale.ROOT)))
          .containsExactlyInAnyOrderElementsOf(
              choice.words().stream().map(word -> word.replace('-', '_')).toList());
    } else if (rule instanceof Rule.DurationRule) {
      assertThat(type).isEqualTo(Duration.class);
    } else if (rule instanceof Rule.SwitchRule) {
      assertThat(type).isEqualTo(boolean.class);
    } else {
      assertThat(type).isIn(String.class, Path.class);
    }
  }

  @Test
  void wordsOfTheOverflowAreTheSchemas() {
    Rule rule = Loading.SCHEMA.rule("queue.overflow").orElseThrow();
    assertThat(((Rule.ChoiceRule) rule).words())
        .containsExactlyElementsOf(Stream.of(Overflow.values()).map(Overflow::word).toList());
  }

  @Test
  void noTwoKeysShareAVariable() {
    Environment environment = new Environment(Loading.SCHEMA, new ArrayList<>());
    Map<String, String> seen = new HashMap<>();
    for (String key : Loading.SCHEMA.keys().keySet()) {
      for (boolean spaced : new boolean[] {true, false}) {
        String name = Environment.PREFIX + Keys.upperCase(key, spaced);
        assertThat(seen.merge(name, key, (before, after) -> before)).isEqualTo(key);
      }
    }
    assertThat(environment.keyByName()).isEqualTo(seen);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"number\", \"description\": \"d\"}",
        "{\"type\": \"integer\", \"description\": \"d\", \"minimum\": 1}",
        "{\"type\": \"integer\", \"description\": \"d\", \"minimum\": 1, \"maximum\": 2,"
            + " \"multipleOf\": 2}",
        "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 2}",
        "{\"type\": \"string\", \"description\": \"d\"}",
        "{\"type\": \"string\", \"description\": \"d\", \"pattern\": \"a\", \"allowed\": \"a\"}",
        "{\"type\": \"string\", \"description\": \"d\", \"pattern\": \"^a$\"}",
        "{\"type\": \"array\", \"description\": \"d\", \"items\": {\"type\": \"boolean\","
            + " \"description\": \"d\"}}",
        "{\"type\": \"object\", \"description\": \"d\", \"properties\": {}}",
        "{\"$ref\": \"#/$defs/none\", \"description\": \"d\"}",
        "{\"$ref\": \"other.json\", \"description\": \"d\"}",
        "5",
      })
  void schemaThatPromisesWhatNobodyChecksIsRefused(String member) {
    String schema =
        "{\"type\": \"object\", \"additionalProperties\": false, \"description\": \"d\","
            + " \"$defs\": {}, \"properties\": {\"key\": "
            + member
            + "}}";

    assertThatThrownBy(() -> SchemaReader.read(schema.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("schema");
  }

  /** Components by key, the entries of a list under index 0. */
  private static Map<String, RecordComponent> components() {
    Map<String, RecordComponent> components = new HashMap<>();
    collect("", Config.class, components);
    return components;
  }

  private static void collect(
      String parent, Class<?> record, Map<String, RecordComponent> components) {
    for (RecordComponent component : record.getRecordComponents()) {
      String key = Keys.join(parent, Binder.keyOf(component));
      Class<?> type = type(component);
      if (type.isRecord()) {
        collect(component.getType() == List.class ? key + ".0" : key, type, components);
      } else {
        assertThat(components.put(key, component)).isNull();
      }
    }
  }

  private static Set<String> optionalComponents() {
    Set<String> optional = new HashSet<>();
    components()
        .forEach(
            (key, component) -> {
              if (component.getType() == Optional.class
                  || component.getType() == OptionalInt.class) {
                optional.add(key);
              }
            });
    return optional;
  }

  /** The type of a component's value, or of its entries. */
  private static Class<?> type(RecordComponent component) {
    if (component.getType() == OptionalInt.class) {
      return int.class;
    }
    return component.getGenericType() instanceof ParameterizedType of
        ? (Class<?>) of.getActualTypeArguments()[0]
        : component.getType();
  }
}
