package dev.carillon.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT: the first one asks, a second one ends the process at once.
 *
 * <p>A shutdown hook could do neither: it exits with 143 and hears no second signal. The JDK's
 * signal class is reached by reflection because compilers warn of it.
 */
final class StopSignals {
  private static final int ENDED_BY_SIGNAL = 130;

  private StopSignals() {}

  static void onFirst(Runnable action) {
    AtomicBoolean asked = new AtomicBoolean();
    Runnable heard =
        () -> {
          if (asked.compareAndSet(false, true)) {
            action.run();
          } else {
            Runtime.getRuntime().halt(ENDED_BY_SIGNAL);
          }
        };
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  heard.run();
                  return null;
                }
                return method.getName().equals("equals")
                    ? (Object) (self == arguments[0])
                    : method.getName().equals("hashCode") ? System.identityHashCode(self) : "stop";
              });
      Method handle = signal.getMethod("handle", signal, handler);
      for (String name : new String[] {"TERM", "INT"}) {
        handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      }
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      throw new IllegalStateException("this Java has no signals", e);
    }
  }
}
