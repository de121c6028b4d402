package dev.carillon.client;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClientOptions;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** What a {@link CarillonClient} may be given before it connects. */
public final class ClientBuilder {
  final Vertx vertx;
  final ClientOptions options;
  Handler<ReceivedGap> gapHandler = ignored -> {};
  Handler<Recovery> recoveryHandler = recovery -> {};
  Handler<CarillonException> errorHandler = ignored -> {};
  Handler<StateChange> stateHandler = ignored -> {};
  UnaryOperator<WebSocketClientOptions> transport = UnaryOperator.identity();
  ClientTimer timer;
  RandomGenerator jitter = new SplittableRandom();
  RandomGenerator idSource = new SecureRandom();

  ClientBuilder(Vertx vertx, ClientOptions options) {
    this.vertx = vertx;
    this.options = options;
    this.timer = new VertxTimer(vertx);
  }

  /** Called with each announcement of events that did not come. */
  public ClientBuilder onGap(Handler<ReceivedGap> handler) {
    gapHandler = handler;
    return this;
  }

  /** Called with what became of each subscription that wanted events from histories. */
  public ClientBuilder onRecovery(Handler<Recovery> handler) {
    recoveryHandler = handler;
    return this;
  }

  /**
   * Called with each publish that was given up, each subscription that was lost after it had been
   * confirmed, and what the application's handlers throw.
   */
  public ClientBuilder onError(Handler<CarillonException> handler) {
    errorHandler = handler;
    return this;
  }

  /** Called with each change of the client's state. */
  public ClientBuilder onState(Handler<StateChange> handler) {
    stateHandler = handler;
    return this;
  }

  /** Changes how the socket is made: certificates to trust, a proxy. */
  public ClientBuilder transport(UnaryOperator<WebSocketClientOptions> change) {
    transport = change;
    return this;
  }

  /** For tests: time that they move. */
  ClientBuilder time(ClientTimer value) {
    timer = value;
    return this;
  }

  /** For tests: jitter and event ids that repeat. */
  ClientBuilder randomness(RandomGenerator value) {
    jitter = value;
    idSource = value;
    return this;
  }

  /**
   * Connects.
   *
   * @return the client once the server has said welcome; failed when the server refuses for good,
   *     or has not answered within {@link ConnectPolicy#firstWithin}
   */
  public Future<CarillonClient> connect() {
    return new CarillonClient(this).start();
  }
}
