package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.EventData;
import dev.carillon.publish.PublishOutcome;
import dev.carillon.publish.PublishRequest;
import dev.carillon.publish.PublishedEvent;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.PlatformHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code POST /v1/topics/{topic}/events} and {@code POST /v1/events}. */
final class PublishRoutes {
  private final Gateway gateway;
  private final EventLimits limits;
  private final JsonReader json;
  private final HttpPublishRate rate;

  PublishRoutes(Gateway gateway) {
    this.gateway = gateway;
    this.limits = gateway.settings().limits();
    this.json = gateway.jsonReader();
    this.rate = new HttpPublishRate(gateway.settings().maxEventsPerSecond());
  }

  void addTo(Paths paths) {
    BodyHandler body = BodyHandler.create(false).setBodyLimit(limits.maxFrameBytes());
    // Before the body is read, or it would be taken apart as a form; a route takes no handler of
    // the usual kind there.
    Handler<RoutingContext> refusal = Problems.handling(PublishRoutes::refuseForms);
    PlatformHandler forms = refusal::handle;
    paths
        .post("/v1/topics/:topic/events")
        .handler(forms)
        .handler(body)
        .handler(Problems.handling(this::publishOne));
    paths
        .post("/v1/events")
        .handler(forms)
        .handler(body)
        .handler(Problems.handling(this::publishBatch));
  }

  private static void refuseForms(RoutingContext context) throws ProblemException {
    ContentType.of(context.request()).refuseForms();
    context.next();
  }

  private void publishOne(RoutingContext context) throws ProblemException, RefusedException {
    ContentType type = ContentType.of(context.request());
    byte[] body = bytes(context);
    EventData data = type.data(body, json);
    if (data.json().length > limits.maxEventBytes()) {
      throw new RefusedException(
          ErrorCode.TOO_LARGE,
          "data has " + data.json().length + " bytes; allowed: at most " + limits.maxEventBytes());
    }
    PublishRequest request =
        EventFields.request(
            context.pathParam("topic"),
            data,
            Optional.ofNullable(context.request().getHeader("Event-Key")),
            Optional.ofNullable(context.request().getHeader("Event-Id")));
    publish(context, List.of(request), events -> "{" + Answers.fields(events.get(0)) + "}");
  }

  private void publishBatch(RoutingContext context) throws ProblemException, RefusedException {
    ContentType type = ContentType.of(context.request());
    byte[] body = bytes(context);
    List<PublishRequest> requests;
    if (CloudEvents.isMeant(type, context.request())) {
      requests = new CloudEvents(json, limits).read(type, context.request(), body);
    } else if (type.isJson()) {
      Utf8.decode(body);
      requests = CommandReader.toRequests(readArray(body));
    } else if (type.isNdjson()) {
      Utf8.decode(body);
      requests = CommandReader.toRequests(readLines(body));
    } else {
      throw new ProblemException(
          415,
          ErrorCode.BAD_REQUEST,
          "Content-Type must be application/json, application/x-ndjson,"
              + " application/cloudevents+json or application/cloudevents-batch+json");
    }
    if (requests.isEmpty()) {
      throw ProblemException.badRequest("the batch is empty");
    }
    publish(context, requests, events -> "{\"events\":" + Answers.events(events) + "}");
  }

  private List<EventFields> readArray(byte[] body) throws RefusedException {
    return json.read(
        body,
        body.length,
        parser -> {
          if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, "a batch is a JSON array");
          }
          List<EventFields> events = new ArrayList<>();
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            checkSize(events.size() + 1);
            events.add(readEvent(parser, body));
          }
          return events;
        });
  }

  private List<EventFields> readLines(byte[] body) throws RefusedException {
    List<EventFields> events = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= body.length; i++) {
      if (i == body.length || body[i] == '\n') {
        byte[] line = Arrays.copyOfRange(body, start, i);
        if (!new String(line, StandardCharsets.ISO_8859_1).isBlank()) {
          checkSize(events.size() + 1);
          events.add(readLine(line, events.size()));
        }
        start = i + 1;
      }
    }
    return events;
  }

  private EventFields readLine(byte[] line, int index) throws RefusedException {
    try {
      return json.read(line, line.length, parser -> readEvent(parser, line));
    } catch (RefusedException e) {
      throw new RefusedException(e.code(), "events[" + index + "]: " + e.getMessage());
    }
  }

  private EventFields readEvent(JsonParser parser, byte[] body)
      throws IOException, RefusedException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new RefusedException(ErrorCode.BAD_REQUEST, "an event is a JSON object");
    }
    EventFields fields = new EventFields(limits.maxEventBytes());
    fields.takeAll(parser, body);
    return fields;
  }

  private void checkSize(int events) throws RefusedException {
    if (events > limits.maxBatchEvents()) {
      throw new RefusedException(
          ErrorCode.LIMIT_EXCEEDED,
          "too many events in a batch; allowed: at most " + limits.maxBatchEvents());
    }
  }

  private interface Shape {
    String body(List<PublishedEvent> events);
  }

  private void publish(RoutingContext context, List<PublishRequest> requests, Shape shape)
      throws RefusedException {
    rate.check(context.request(), requests.size());
    HttpServerResponse response = context.response();
    gateway
        .publisher()
        .publish(
            new UnpacedSource(),
            requests,
            outcome -> {
              if (outcome instanceof PublishOutcome.Published published) {
                // Created where every event is in a history, else accepted.
                boolean kept =
                    published.events().stream().allMatch(event -> event.position().isPresent());
                response
                    .setStatusCode(kept ? 201 : 202)
                    .putHeader("Content-Type", "application/json")
                    .end(shape.body(published.events()));
              } else if (outcome instanceof PublishOutcome.Refused refused) {
                Problems.send(response, ProblemException.of(refused.code(), refused.message()));
              }
            });
  }

  private static byte[] bytes(RoutingContext context) {
    Buffer body = context.body().buffer();
    return body == null ? new byte[0] : body.getBytes();
  }
}
