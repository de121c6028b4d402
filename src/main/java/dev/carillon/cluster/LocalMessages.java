package dev.carillon.cluster;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.MessageConsumer;

/**
 * Messages between the verticles of one node: handed over by reference, never on the wire.
 *
 * <p>All of them are immutable, so that what crosses event loops needs no lock.
 */
final class LocalMessages {
  private static final Codec CODEC = new Codec();

  private final EventBus bus;
  private final DeliveryOptions options =
      new DeliveryOptions().setLocalOnly(true).setCodecName(CODEC.name());

  LocalMessages(Vertx vertx) {
    this.bus = vertx.eventBus();
    try {
      bus.registerCodec(CODEC);
    } catch (IllegalStateException alreadyKnown) {
      // Every verticle of a node registers it; the first one does it for all.
      assert alreadyKnown != null;
    }
  }

  /** Sends without waiting; a receiver that is gone is not told. */
  void send(String address, Object message) {
    bus.send(address, message, options);
  }

  /** Hears what is sent to {@code address} on the caller's context. */
  <T> MessageConsumer<Object> hear(String address, Class<T> type, Handler<T> handler) {
    assert Context.isOnEventLoopThread() || Context.isOnVertxThread();
    return bus.localConsumer(address, message -> handler.handle(type.cast(message.body())));
  }

  private static final class Codec implements MessageCodec<Object, Object> {
    @Override
    public void encodeToWire(Buffer buffer, Object message) {
      throw new UnsupportedOperationException("a local message is not for the wire");
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
      throw new UnsupportedOperationException("a local message is not for the wire");
    }

    @Override
    public Object transform(Object message) {
      return message;
    }

    @Override
    public String name() {
      return "carillon.local";
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }
}
