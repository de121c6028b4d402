package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where every request comes in: checks what holds for all, then gives it to its door. */
final class HttpDoor {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.http");

  /** Not the router's: their connections are taken over. */
  static final String WEBSOCKET_PATH = "/v1/ws";

  static final String EVENT_STREAM_PATH = "/v1/stream";
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int OK = 200;

  private final Node node;
  private final Gateway gateway;
  private final Router router;
  private final Cors cors;
  private final ConnectionDeadlines deadlines;
  private final WebSocketDoor webSockets;
  private final EventStreamDoor eventStreams;

  HttpDoor(Vertx vertx, Node node, Gateway gateway) {
    GatewaySettings.HttpSettings http = gateway.settings().http();
    this.node = node;
    this.gateway = gateway;
    this.cors = new Cors(http.origins());
    this.deadlines = gateway.deadlines();
    this.webSockets = new WebSocketDoor(gateway);
    this.eventStreams = new EventStreamDoor(gateway, deadlines, cors);
    this.router = route(vertx);
  }

  void opened(HttpConnection connection) {
    deadlines.opened(connection);
    gateway.counts().accepted();
  }

  void handle(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    deadlines.requested(connection);
    try {
      String path = request.path();
      if (!DocumentRoutes.isDocument(path) && cors.handle(request)) {
        answered(connection, request.response().getStatusCode());
        return;
      }
      Doors.checkQuery(request);
      boolean get = request.method().equals(HttpMethod.GET);
      if (get && WEBSOCKET_PATH.equals(path)) {
        refuseWhileDraining();
        webSockets.accept(request);
        deadlines.forget(connection);
        gateway.counts().answered(SWITCHING_PROTOCOLS);
      } else if (get && EVENT_STREAM_PATH.equals(path)) {
        refuseWhileDraining();
        eventStreams.accept(request);
        gateway.counts().answered(OK);
      } else {
        router.handle(request);
      }
    } catch (ProblemException e) {
      refuse(request, e);
    } catch (RefusedException e) {
      refuse(request, ProblemException.of(e));
    } catch (RuntimeException e) {
      LOG.error("request failed path={}", request.path(), e);
      refuse(request, new ProblemException(500, ErrorCode.INTERNAL, "internal error"));
    }
  }

  /** A request that HTTP itself does not allow; the connection can't go on. */
  void invalid(HttpServerRequest request) {
    int status = HttpViolation.status(request.decoderResult().cause());
    gateway.counts().answered(status);
    Problems.send(request.response(), status, ErrorCode.BAD_REQUEST, "not a valid HTTP request");
    request.connection().close();
  }

  /** Every path but those of the WebSocket and the stream. */
  Router router() {
    return router;
  }

  private Router route(Vertx vertx) {
    Router made = Router.router(vertx);
    made.route()
        .handler(
            context -> {
              HttpConnection connection = context.request().connection();
              context.addEndHandler(
                  ended -> answered(connection, context.response().getStatusCode()));
              context.next();
            });
    Paths paths = new Paths(made);
    paths.getElsewhere(WEBSOCKET_PATH);
    paths.getElsewhere(EVENT_STREAM_PATH);
    new HealthRoutes(node).addTo(paths);
    new PublishRoutes(gateway).addTo(paths);
    new DocumentRoutes(vertx, gateway).addTo(paths);
    OperatorDoor operators = new OperatorDoor(paths);
    AllNodes nodes = new AllNodes(node, gateway);
    new SubscriberRoutes(node, gateway, nodes).addTo(operators);
    new TopicRoutes(node, gateway, nodes).addTo(operators);
    new HistoryRoutes(node, gateway).addTo(paths, operators);
    new DeadLetterRoutes(node, gateway, nodes).addTo(operators);
    new LedgerRoute(node, gateway, nodes).addTo(operators);
    new ClusterRoute(node, gateway).addTo(operators);
    new MetricsRoute(vertx, node, gateway).addTo(operators);
    paths.refuseOtherMethods();
    made.route().failureHandler(this::fail);
    for (int status : new int[] {400, 404, 406, 413, 415, 500}) {
      // The context does not know the status of what no route has failed.
      made.errorHandler(status, context -> fail(context, status));
    }
    return made;
  }

  private void refuse(HttpServerRequest request, ProblemException problem) {
    Problems.send(request.response(), problem);
    answered(request.connection(), problem.status());
  }

  private void answered(HttpConnection connection, int status) {
    deadlines.answered(connection);
    gateway.counts().answered(status);
  }

  private void refuseWhileDraining() throws ProblemException {
    if (gateway.isDraining()) {
      throw ProblemException.overloaded("the node is draining; reconnect to another one");
    }
  }

  private void fail(RoutingContext context) {
    fail(context, context.statusCode() < 400 ? 500 : context.statusCode());
  }

  private void fail(RoutingContext context, int status) {
    if (context.failure() != null && status >= 500) {
      LOG.error("request failed path={}", context.normalizedPath(), context.failure());
    }
    switch (status) {
      case 404 -> send(context, status, ErrorCode.BAD_REQUEST, "no such path");
      case 413 ->
          send(
              context,
              status,
              ErrorCode.TOO_LARGE,
              "the body is larger than " + gateway.settings().limits().maxFrameBytes() + " bytes");
      default ->
          send(
              context,
              status,
              status < 500 ? ErrorCode.BAD_REQUEST : ErrorCode.INTERNAL,
              status < 500 ? "bad request" : "internal error");
    }
  }

  private static void send(RoutingContext context, int status, ErrorCode code, String detail) {
    Problems.send(context.response(), status, code, detail);
  }
}
