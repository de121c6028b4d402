package dev.carillon.gateway;

import io.netty.channel.unix.Errors;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.BindException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One event loop's doors. */
public final class GatewayVerticle extends VerticleBase {
  private final GatewaySettings settings;
  private final Node node;
  private final long nodePublishBytes;
  private final boolean watchesCertificate;
  private @Nullable HttpServer server;
  private @Nullable Gateway gateway;

  /**
   * Makes a gateway.
   *
   * @param nodePublishBytes that publishers of the whole node may have on their way
   * @param watchesCertificate one of a node's gateways does it for all, for they share a listener
   */
  public GatewayVerticle(
      GatewaySettings settings, Node node, long nodePublishBytes, boolean watchesCertificate) {
    this.watchesCertificate = watchesCertificate;
    this.settings = settings;
    this.node = node;
    this.nodePublishBytes = nodePublishBytes;
  }

  @Override
  public Future<?> start() {
    return settings
        .http()
        .tls()
        .map(tls -> CertificatePair.check(vertx, tls))
        .orElseGet(Future::succeededFuture)
        .compose(valid -> listen());
  }

  private Future<HttpServer> listen() {
    Gateway made = new Gateway(vertx, settings, node, nodePublishBytes);
    HttpDoor door = new HttpDoor(vertx, node, made);
    HttpServer opened = vertx.createHttpServer(options());
    gateway = made;
    server = opened;
    node.add(made);
    return opened
        .connectionHandler(door::opened)
        .requestHandler(door::handle)
        .invalidRequestHandler(door::invalid)
        .listen()
        .onSuccess(
            listening ->
                settings
                    .http()
                    .tls()
                    .filter(tls -> watchesCertificate)
                    .ifPresent(tls -> CertificateReload.start(vertx, listening, tls)))
        .recover(failure -> Future.failedFuture(portable(failure)));
  }

  /**
   * The native transports have exceptions of their own where the JDK says {@link BindException}.
   */
  private static Throwable portable(Throwable failure) {
    if (failure instanceof Errors.NativeIoException) {
      String message = String.valueOf(failure.getMessage());
      return new BindException(message.replaceFirst("^.*: ", "")).initCause(failure);
    }
    return failure;
  }

  @Override
  public Future<?> stop() {
    Gateway running = gateway;
    if (running == null) {
      return Future.succeededFuture();
    }
    node.remove(running);
    return running.close();
  }

  /** Undeploys this gateway; its clients are cut off. */
  public Future<Void> close() {
    return gateway == null ? Future.succeededFuture() : vertx.undeploy(context.deploymentID());
  }

  /** The port that clients reach this gateway at. */
  public int port() {
    return server == null ? 0 : server.actualPort();
  }

  /**
   * Sends the clients away, spread over {@code spreadMs}, and lets publishes finish.
   *
   * @return completes when no client is left, after {@code spreadMs} at the latest
   */
  public Future<Void> drain(long spreadMs) {
    Gateway running = gateway;
    if (running == null) {
      return Future.succeededFuture();
    }
    Promise<Void> drained = Promise.promise();
    running.run(
        () ->
            new Drain(vertx, running, ThreadLocalRandom.current())
                .run(spreadMs)
                .onComplete(drained));
    return drained.future();
  }

  private HttpServerOptions options() {
    GatewaySettings.HttpSettings http = settings.http();
    HttpServerOptions options = new HttpServerOptions();
    http.tls()
        .ifPresent(
            tls -> {
              options
                  .setSsl(true)
                  .setUseAlpn(true)
                  .setKeyCertOptions(CertificateReload.keyCert(tls));
              options
                  .setEnabledSecureTransportProtocols(
                      CertificateReload.options(tls).getEnabledSecureTransportProtocols())
                  .setSslHandshakeTimeout(CertificateReload.options(tls).getSslHandshakeTimeout());
            });
    return options
        .setHost(http.host())
        // A negative port is a free one that all gateways of the node share.
        .setPort(http.port() == 0 ? -1 : http.port())
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true)
        // A peer that is gone is noticed although nothing comes from it.
        .setTcpUserTimeout(http.idleSeconds() * 1000)
        .setAcceptBacklog(http.acceptBacklog())
        .setMaxHeaderSize(http.maxHeaderBytes())
        .setMaxInitialLineLength(http.maxRequestLineBytes())
        .setHttp2ClearTextEnabled(false)
        .setCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
  }
}
