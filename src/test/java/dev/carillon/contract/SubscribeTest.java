package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asking for topics and patterns, and taking it back. */
final class SubscribeTest {
  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void subscribedNamesTheTopicsInTheOrderAsked() {
    RawWebSocket client = server.webSocket();

    client.send(
        "{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"orders.>\",\"chat.lobby\",\"a.*\"]}");

    assertThat(client.readText())
        .isEqualTo(
            "{\"type\":\"subscribed\",\"id\":1,\"topics\":[{\"topic\":\"orders.>\"},"
                + "{\"topic\":\"chat.lobby\"},{\"topic\":\"a.*\"}]}");
  }

  @Test
  void everythingPublishedAfterTheAnswerComes() {
    RawWebSocket publisher = server.webSocket();
    for (int i = 0; i < 50; i++) {
      RawWebSocket client = server.webSocket().subscribe("t" + i);
      publisher.publish("t" + i, "" + i);
      assertThat(client.readEvent("t" + i)).isEqualTo(i);
    }
  }

  @Test
  void nothingComesBeforeTheAnswer() {
    RawWebSocket publisher = server.webSocket();
    RawWebSocket client = server.webSocket();
    for (int i = 0; i < 20; i++) {
      publisher.send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":1}");
    }
    client.send("{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"t\"]}");

    client.read("subscribed");
    publisher.publish("t", "\"last\"");
    while (!client.readEvent("t").equals("last")) {
      // Some of the early ones may come after the answer.
    }
  }

  @Test
  void anEventComesOncePerConnectionHoweverManyPatternsMatch() {
    RawWebSocket client = server.webSocket().subscribe("a.b.c", "a.*.c", "a.>", ">", "*.b.*");
    RawWebSocket publisher = server.webSocket();

    publisher.publish("a.b.c", "1");
    publisher.publish("a.b.c", "2");

    assertThat(client.readEvent("a.b.c")).isEqualTo(1);
    assertThat(client.readEvent("a.b.c")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "orders.created, orders.created, orders.createdx",
    "orders.*, orders.created, orders",
    "orders.*, orders.x, orders.x.y",
    "*.created, a.created, a.b.created",
    "orders.>, orders.a.b.c, orders",
    "a.*.c, a.b.c, a.b.d",
    ">, anything.at.all, ",
    "*, one, one.two",
    "A-z_0:9@x, A-z_0:9@x, a-z_0:9@x",
  })
  void aPatternAsksForWhatItSays(String pattern, String asked, String notAsked) {
    RawWebSocket client = server.webSocket().subscribe(pattern);
    RawWebSocket publisher = server.webSocket();

    if (notAsked != null) {
      publisher.publish(notAsked, "\"not asked for\"");
    }
    publisher.publish(asked, "\"asked for\"");

    assertThat(client.readEvent(asked)).isEqualTo("asked for");
  }

  @Test
  void afterUnsubscribedNothingOfTheTopicComes() {
    RawWebSocket client = server.webSocket().subscribe("a", "b");
    RawWebSocket publisher = server.webSocket();

    client.send("{\"type\":\"unsubscribe\",\"id\":\"u\",\"topics\":[\"a\"]}");
    assertThat(client.readText()).isEqualTo("{\"type\":\"unsubscribed\",\"id\":\"u\"}");
    publisher.publish("a", "1");
    publisher.publish("b", "2");

    assertThat(client.readEvent("b")).isEqualTo(2);
  }

  @Test
  void whatOneUnsubscribesAnotherStillGets() {
    RawWebSocket one = server.webSocket().subscribe("a.>");
    RawWebSocket two = server.webSocket().subscribe("a.>");
    RawWebSocket three = server.webSocket().subscribe("a.>");

    one.unsubscribe("a.>");
    two.close();
    server.webSocket().publish("a.b", "1");

    assertThat(three.readEvent("a.b")).isEqualTo(1);
  }

  @Test
  void subscriptionCommandsSentTogetherRunInTheirOrder() {
    RawWebSocket publisher = server.webSocket();
    for (int i = 0; i < 20; i++) {
      RawWebSocket client = server.webSocket();
      String topic = "\"topics\":[\"fresh" + i + "\"]}";

      client.sendBytes(
          joined(
              "{\"type\":\"subscribe\",\"id\":1," + topic,
              "{\"type\":\"unsubscribe\",\"id\":2," + topic,
              "{\"type\":\"subscribe\",\"id\":3," + topic,
              "{\"type\":\"subscribe\",\"id\":4," + topic,
              "{\"type\":\"unsubscribe\",\"id\":5,\"topics\":[\"other\"]}"));

      assertThat(client.read("subscribed").getInteger("id")).isEqualTo(1);
      assertThat(client.read("unsubscribed").getInteger("id")).isEqualTo(2);
      assertThat(client.read("subscribed").getInteger("id")).isEqualTo(3);
      refused(client.read("error"), 4, "already_subscribed");
      refused(client.read("error"), 5, "not_subscribed");
      publisher.publish("fresh" + i, "1");
      assertThat(client.readEvent("fresh" + i)).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatEndsAmidSubscriptionCommandsLeavesNothing() throws Exception {
    for (int i = 0; i < 20; i++) {
      RawWebSocket client = server.webSocket();
      String topic = "\"topics\":[\"fresh" + i + "\"]}";
      client.sendBytes(
          joined(
              "{\"type\":\"subscribe\",\"id\":1," + topic,
              "{\"type\":\"unsubscribe\",\"id\":2," + topic,
              "{\"type\":\"subscribe\",\"id\":3," + topic));
      client.socket().reset();
    }
    server.awaitNobody();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "ä",
        "a/b",
        "$sys",
        "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q"
      })
  void aTopicOutsideTheGrammarIsRefused(String topic) {
    refused(subscribe(topic), 1, "topic_invalid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a*", "*a", "a.>.b", ">.a", "a>", "a.**", "a..*", "$sys.>", "a. .*"})
  void aPatternOutsideTheGrammarIsRefused(String pattern) {
    refused(subscribe(pattern), 1, "pattern_invalid");
  }

  @Test
  void topicsEndAt255CharactersAnd16Tokens() {
    assertThat(subscribe("x".repeat(255)).getString("type")).isEqualTo("subscribed");
    assertThat(subscribe("a" + ".b".repeat(15)).getString("type")).isEqualTo("subscribed");
    refused(subscribe("x".repeat(256)), 1, "topic_invalid");
  }

  @Test
  void oneBadTopicRefusesAllOfTheCommand() {
    RawWebSocket client = server.webSocket();

    refused(
        client.call("{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"good\",\"b..ad\"]}"),
        1,
        "topic_invalid");

    client.subscribe("good");
  }

  @Test
  void aTopicIsSubscribedOnce() {
    RawWebSocket client = server.webSocket().subscribe("a", "b.*");

    for (String topics : new String[] {"[\"a\"]", "[\"c\",\"b.*\"]", "[\"d\",\"d\"]"}) {
      refused(
          client.call("{\"type\":\"subscribe\",\"id\":1,\"topics\":" + topics + "}"),
          1,
          "already_subscribed");
    }
    // Nothing of the refused commands is in force.
    client.subscribe("c", "d");
  }

  @Test
  void onlyWhatIsSubscribedCanBeUnsubscribed() {
    RawWebSocket client = server.webSocket().subscribe("a", "b");

    for (String topics : new String[] {"[\"x\"]", "[\"a\",\"x\"]", "[\"a\",\"a\"]", "[\"*\"]"}) {
      refused(
          client.call("{\"type\":\"unsubscribe\",\"id\":1,\"topics\":" + topics + "}"),
          1,
          "not_subscribed");
    }
    // All or nothing: it still asks for both.
    client.unsubscribe("a").unsubscribe("b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"topics\":[]",
        ",\"topics\":\"a\"",
        ",\"topics\":[1]",
        ",\"topics\":[\"a\",null]",
        ",\"topics\":null",
        ",\"topics\":{}",
        ",\"topics\":[[\"a\"]]"
      })
  void topicsOfTheWrongShapeAreRefused(String topics) {
    RawWebSocket client = server.webSocket();

    for (String type : new String[] {"subscribe", "unsubscribe"}) {
      refused(client.call("{\"type\":\"" + type + "\",\"id\":1" + topics + "}"), 1, "bad_request");
    }
  }

  @Test
  void aCommandWithoutAnIdIsCarriedOutAndNotAnswered() {
    RawWebSocket client = server.webSocket();
    client.send("{\"type\":\"subscribe\",\"topics\":[\"a\",\"b\"]}");
    client.send("{\"type\":\"unsubscribe\",\"topics\":[\"b\"]}");

    assertThat(client.call("{\"type\":\"ping\",\"id\":1}").getString("type")).isEqualTo("pong");
    client.unsubscribe("a");
  }

  private JsonObject subscribe(String topic) {
    return server
        .webSocket()
        .call("{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"" + topic + "\"]}");
  }

  private static void refused(JsonObject answer, int id, String code) {
    assertThat(answer.fieldNames())
        .as(answer.encode())
        .containsExactly("type", "id", "code", "message", "retryable");
    assertThat(answer.getString("type")).isEqualTo("error");
    assertThat(answer.getInteger("id")).isEqualTo(id);
    assertThat(answer.getString("code")).isEqualTo(code);
    assertThat(answer.getString("message")).isNotBlank();
    assertThat(answer.getBoolean("retryable")).isFalse();
  }

  static byte[] joined(String... commands) {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (String command : commands) {
      all.writeBytes(ClientFrames.text(command));
    }
    return all.toByteArray();
  }
}
