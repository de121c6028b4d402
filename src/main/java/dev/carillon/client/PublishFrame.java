package dev.carillon.client;

import java.util.ArrayList;
import java.util.List;

/**
 * A publish command as it goes over the wire, the same at each attempt.
 *
 * @param topic the topic; of a batch, its first event's
 * @param eventIds the ids of its events, in order
 */
record PublishFrame(long id, String topic, List<String> eventIds, String json) {

  static PublishFrame of(long id, OutgoingEvent event, EventIds ids) {
    String eventId = event.eventId().orElseGet(ids::next);
    StringBuilder json = begin(id).append(',');
    event.writeTo(json, eventId);
    String topic = event.topic().name();
    return new PublishFrame(id, topic, List.of(eventId), json.append('}').toString());
  }

  static PublishFrame ofBatch(long id, List<OutgoingEvent> events, EventIds ids) {
    List<String> eventIds = new ArrayList<>(events.size());
    StringBuilder json = begin(id).append(",\"events\":[");
    for (OutgoingEvent event : events) {
      String eventId = event.eventId().orElseGet(ids::next);
      json.append(eventIds.isEmpty() ? "{" : ",{");
      eventIds.add(eventId);
      event.writeTo(json, eventId);
      json.append('}');
    }
    String topic = events.get(0).topic().name();
    return new PublishFrame(id, topic, List.copyOf(eventIds), json.append("]}").toString());
  }

  private static StringBuilder begin(long id) {
    return new StringBuilder(256).append("{\"type\":\"publish\",\"id\":").append(id);
  }
}
