package dev.carillon.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Questions that nodes ask each other beside the way of events: lists, who has which subscriber,
 * how a node sees the others. For any thread.
 *
 * <p>A question goes to the one address of the node, and its answer back over the event bus.
 */
public final class NodeCalls {
  /** Every message to a node begins with the version; a call goes on with this kind. */
  static final int KIND = 6;

  private static final int FAILED = 500;

  private final EventBus bus;
  private final String self;
  private final Map<String, Function<Buffer, Future<Buffer>>> answers = new ConcurrentHashMap<>();

  public NodeCalls(EventBus bus, String self) {
    this.bus = bus;
    this.self = self;
  }

  /** The event-bus address of a node: the only one that it registers in the cluster. */
  static String address(String nodeId) {
    return "carillon.node." + nodeId;
  }

  /** This node's id. */
  public String self() {
    return self;
  }

  /**
   * Says how a question is answered on this node.
   *
   * @param name of the question, at most 255 characters of ASCII
   * @param answer called on the relay's event loop; must not block
   */
  public void answer(String name, Function<Buffer, Future<Buffer>> answer) {
    answers.put(name, answer);
  }

  /**
   * Asks a node, this one too.
   *
   * @param withinMs after which the result fails
   */
  public Future<Buffer> ask(String nodeId, String name, Buffer question, long withinMs) {
    if (nodeId.equals(self)) {
      return answerTo(name, question);
    }
    Buffer message =
        Buffer.buffer(question.length() + name.length() + 3)
            .appendByte((byte) NodeCodec.VERSION)
            .appendByte((byte) KIND)
            .appendByte((byte) name.length())
            .appendString(name, "ISO-8859-1")
            .appendBuffer(question);
    return bus.<Buffer>request(
            address(nodeId), message, new DeliveryOptions().setSendTimeout(withinMs))
        .map(Message::body);
  }

  /** Whether a message to this node is a question. */
  static boolean isCall(Buffer message) {
    return message.length() > 2
        && message.getByte(0) == NodeCodec.VERSION
        && message.getByte(1) == KIND;
  }

  /** Answers a question that came. */
  void heard(Message<Buffer> message) {
    Buffer body = message.body();
    int length = body.getByte(2) & 0xff;
    if (body.length() < 3 + length) {
      message.fail(FAILED, "not a question");
      return;
    }
    String name = new String(body.getBytes(3, 3 + length), StandardCharsets.ISO_8859_1);
    answerTo(name, body.getBuffer(3 + length, body.length()))
        .onSuccess(message::reply)
        .onFailure(failure -> message.fail(FAILED, String.valueOf(failure.getMessage())));
  }

  private Future<Buffer> answerTo(String name, Buffer question) {
    Function<Buffer, Future<Buffer>> answer = answers.get(name);
    if (answer == null) {
      return Future.failedFuture("nobody answers " + name + " here");
    }
    try {
      return answer.apply(question);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
