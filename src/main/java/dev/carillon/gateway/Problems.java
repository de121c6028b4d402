package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.JsonText;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;

/** Problems as answers: {@code application/problem+json} (RFC 9457). */
final class Problems {
  private Problems() {}

  /** A route's handler whose refusals become problems. */
  interface Route {
    void handle(RoutingContext context) throws ProblemException, RefusedException;
  }

  static Handler<RoutingContext> handling(Route route) {
    return context -> {
      try {
        route.handle(context);
      } catch (ProblemException e) {
        send(context.response(), e);
      } catch (RefusedException e) {
        send(context.response(), ProblemException.of(e));
      }
    };
  }

  /** An answer from what was asked for. */
  interface Answer<T> {
    void send(T value) throws ProblemException;
  }

  /** Answers when {@code asked} completes; what fails becomes a problem. */
  static <T> void answer(RoutingContext context, Future<T> asked, Answer<T> answer) {
    asked
        .map(
            value -> {
              try {
                answer.send(value);
              } catch (ProblemException e) {
                send(context.response(), e);
              }
              return value;
            })
        .onFailure(context::fail);
  }

  static void send(HttpServerResponse response, ProblemException problem) {
    send(response, problem.status(), problem.code(), String.valueOf(problem.getMessage()));
  }

  static void send(HttpServerResponse response, int status, ErrorCode code, String detail) {
    if (response.ended() || response.headWritten()) {
      return;
    }
    response.setStatusCode(status).putHeader("Content-Type", "application/problem+json");
    if (status == 429 || status == 503) {
      response.putHeader("Retry-After", "1");
    }
    if (status == 426) {
      response.putHeader("Upgrade", "websocket").putHeader("Sec-WebSocket-Version", "13");
    }
    response.end(body(status, code, detail));
  }

  /** The problem as JSON. */
  static String body(ProblemException problem) {
    return body(problem.status(), problem.code(), String.valueOf(problem.getMessage()));
  }

  private static String body(int status, ErrorCode code, String detail) {
    return "{\"type\":\"about:blank\",\"title\":\""
        + HttpResponseStatus.valueOf(status).reasonPhrase()
        + "\",\"status\":"
        + status
        + ",\"detail\":"
        + new String(JsonText.quoted(detail), StandardCharsets.UTF_8)
        + ",\"code\":\""
        + code.code()
        + "\",\"retryable\":"
        + code.isRetryable()
        + "}";
  }
}
