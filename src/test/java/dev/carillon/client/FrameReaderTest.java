package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Topic;
import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.StringLength;

class FrameReaderTest {

  @Property
  void readsWhatTheServerWrites(
      @ForAll("json") String data,
      @ForAll @StringLength(min = 1, max = 64) String id,
      @ForAll Optional<@StringLength(min = 1, max = 255) String> key) {
    Event event =
        new Event(
            new Topic("a.b"),
            id,
            1_763_917_200_123L,
            key,
            EventData.ofJson(data.getBytes(StandardCharsets.UTF_8)));
    String json = new String(new EventFrame(event).json(), StandardCharsets.UTF_8);

    ServerFrame frame = FrameReader.read(json);

    ReceivedEvent received = ((ServerFrame.Delivery) frame).event();
    assertThat(received.dataJson()).isEqualTo(data);
    assertThat(received.key()).isEqualTo(key);
    assertThat(received.id()).isEqualTo(id);
    assertThat(received.json()).isEqualTo(json);
  }

  @Property
  void findsTheDataWhereverTheyStand(@ForAll("json") String data, @ForAll("space") String space) {
    String json =
        "{"
            + space
            + "\"data\""
            + space
            + ":"
            + space
            + data
            + space
            + ",\"type\":\"event\",\"topic\":\"t\",\"id\":\"i\",\"time\":\"\"}";

    ServerFrame frame = FrameReader.read(json);

    assertThat(((ServerFrame.Delivery) frame).event().dataJson()).isEqualTo(data);
  }

  @Provide
  Arbitrary<String> space() {
    return Arbitraries.of("", " ", "\t", "  ");
  }

  @Provide
  Arbitrary<String> json() {
    Arbitrary<String> text =
        Arbitraries.strings()
            .ofMaxLength(50)
            .map(Json::encode)
            .filter(value -> !value.contains("\n"));
    Arbitrary<String> large =
        Arbitraries.integers()
            .between(7_900, 70_000)
            .map(length -> "\"" + "\u00e4".repeat(length) + "\"");
    Arbitrary<String> scalar =
        Arbitraries.frequencyOf(
            Tuple.of(10, text),
            Tuple.of(1, large),
            Tuple.of(5, Arbitraries.longs().map(String::valueOf)),
            Tuple.of(5, Arbitraries.of("true", "false", "null", "0", "-1.5e-7", "[]", "{}")));
    Arbitrary<String> list =
        scalar.list().ofMaxSize(5).map(values -> "[" + String.join(" , ", values) + "]");
    Arbitrary<String> object =
        Combinators.combine(text, list, scalar)
            .as((name, a, b) -> "{" + name + " :" + a + ",\"z\":" + b + " }");
    return Arbitraries.frequencyOf(Tuple.of(4, scalar), Tuple.of(2, list), Tuple.of(2, object));
  }
}
