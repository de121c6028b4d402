package dev.carillon.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.cluster.NodeCodec.UnreadableException;
import dev.carillon.cluster.NodeMessage.Events;
import dev.carillon.cluster.NodeMessage.Farewell;
import dev.carillon.cluster.NodeMessage.Hello;
import dev.carillon.cluster.NodeMessage.InterestPart;
import dev.carillon.cluster.NodeMessage.Numbered;
import dev.carillon.cluster.NodeMessage.Receipt;
import dev.carillon.cluster.NodeMessage.Wish;
import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class NodeCodecTest {
  private static final String SENDER = UUID.randomUUID().toString();
  private static final String LONGEST = "a".repeat(255);

  private static NodeMessage copied(NodeMessage message) throws UnreadableException {
    return NodeCodec.decode(NodeCodec.encode(message));
  }

  @Test
  void eventsAreReadAsTheyWereWritten() throws UnreadableException {
    List<Event> events =
        List.of(
            new Event(new Topic(LONGEST), "i", 1, Optional.empty(), EventData.parse("{\"a\":1}")),
            new Event(
                new Topic("a.b"),
                "é".repeat(64),
                Long.MAX_VALUE,
                Optional.of("ключ".repeat(60)),
                EventData.ofBytes(new byte[] {0, -1, 7}),
                Optional.of(new Position("epoch", 1))),
            new Event(new Topic("c"), "x", 0, Optional.empty(), EventData.ofText("ü\n\u2028")));
    List<Gap> gaps =
        List.of(
            new Gap(LONGEST, 7, GapReason.CLUSTER_LOSS),
            new Gap(Gap.MANY_TOPICS, Gap.UNKNOWN, GapReason.OVERLOAD),
            Gap.ofEpoch("t", "another"));
    List<Hole> holes = List.of(new Hole("t", "e", 3, 9));
    List<WireEvent> wire = events.stream().map(EventFrame::new).map(WireEvent::of).toList();

    Numbered read = (Numbered) copied(new Numbered(SENDER, 5, 6, new Events(gaps, holes, wire)));

    assertThat(read.sender()).isEqualTo(SENDER);
    assertThat(read.life()).isEqualTo(5);
    assertThat(read.number()).isEqualTo(6);
    Events load = (Events) read.load();
    assertThat(load.gaps()).isEqualTo(gaps);
    assertThat(load.holes()).isEqualTo(holes);
    assertThat(load.events()).extracting(event -> event.frame().event()).isEqualTo(events);
    for (int i = 0; i < wire.size(); i++) {
      assertThat(load.events().get(i).frame().json()).isEqualTo(wire.get(i).frame().json());
      assertThat(load.events().get(i).bytes()).isEqualTo(wire.get(i).bytes());
    }
  }

  @Test
  void everyOtherMessageIsReadAsItWasWritten() throws UnreadableException {
    List<NodeMessage> messages =
        List.of(
            new Numbered(
                SENDER,
                1,
                2,
                new InterestPart(
                    true, 3, List.of(new Pattern("a.>"), new Pattern(LONGEST)), List.of())),
            new Numbered(
                SENDER,
                1,
                2,
                new InterestPart(
                    false, InterestPart.MORE_FOLLOWS, List.of(), List.of(new Pattern("*")))),
            new Hello(SENDER, 1, 2, new InterestSum(3, 4, -5)),
            new Receipt(SENDER, 1, 2, 3, Wish.SEND_AGAIN),
            new Receipt(SENDER, 1, 2, 3, Wish.SEND_INTEREST),
            new Farewell(SENDER));
    for (NodeMessage message : messages) {
      assertThat(copied(message)).isEqualTo(message);
    }
  }

  @Test
  void anotherVersionIsRefusedByItsNumber() {
    Buffer message = NodeCodec.encode(new Farewell(SENDER)).setByte(0, (byte) 2);
    assertThatThrownBy(() -> NodeCodec.decode(message))
        .isInstanceOf(UnreadableException.class)
        .hasMessage("a message of version 2; this node knows version 1");
  }

  /** Whatever comes, it is a message or it is refused; nothing else is thrown and nothing grows. */
  @Property(tries = 2000)
  void anyBytesAreReadOrRefused(@ForAll @Size(max = 200) byte[] bytes, @ForAll boolean looksRight) {
    Buffer message = Buffer.buffer(bytes);
    if (looksRight && message.length() > 2) {
      message.setByte(0, (byte) 1).setByte(1, (byte) (Math.abs(bytes[1] % 5) + 1));
    }
    try {
      assertThat(NodeCodec.decode(message)).isNotNull();
    } catch (UnreadableException refused) {
      assertThat(refused).hasMessageStartingWith("a message");
    }
  }
}
