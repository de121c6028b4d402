package dev.carillon.server;

import io.netty.channel.EventLoopGroup;
import io.vertx.core.spi.transport.Transport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * A transport whose only event loop accepts connections as well. Vert.x accepts on a thread of its
 * own, which is worth it where it hands them to several loops; with one it makes each new client
 * wake two threads instead of one, a third of what it costs.
 */
record OneLoopTransport(io.vertx.core.transport.Transport transport)
    implements io.vertx.core.transport.Transport {
  @Override
  public String name() {
    return transport.name();
  }

  @Override
  public boolean available() {
    return transport.available();
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return transport.unavailabilityCause();
  }

  @Override
  public Transport implementation() {
    Class<?>[] asTransport = {Transport.class};
    return (Transport)
        Proxy.newProxyInstance(
            Transport.class.getClassLoader(),
            asTransport,
            new Loops(transport.implementation())::invoke);
  }

  /** Remembers the group of event loops: Vert.x makes it first, and then the one for accepting. */
  private static final class Loops {
    private final Transport transport;
    private @Nullable EventLoopGroup loops;

    Loops(Transport transport) {
      this.transport = transport;
    }

    private @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      boolean isGroup = method.getName().equals("eventLoopGroup");
      if (isGroup && loops != null) {
        return loops.iterator().next();
      }
      try {
        Object result = method.invoke(transport, arguments);
        if (isGroup) {
          loops = (EventLoopGroup) result;
        }
        return result;
      } catch (InvocationTargetException e) {
        throw e.getTargetException();
      }
    }
  }
}
