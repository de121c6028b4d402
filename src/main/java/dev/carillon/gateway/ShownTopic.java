package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.carillon.store.HistoryBounds;
import java.io.IOException;
import java.util.Optional;

/**
 * A topic in use, with its history where it keeps one.
 *
 * @param history empty also where the store can't be read
 */
record ShownTopic(TopicView view, Optional<HistoryBounds> history) implements ListEntry {

  @Override
  public String id() {
    return view.id();
  }

  @Override
  public void writeTo(JsonGenerator json) throws IOException {
    json.writeStartObject();
    view.writeFields(json);
    if (history.isPresent()) {
      json.writeObjectFieldStart("history");
      HistoryRoutes.writeFields(history.get(), json);
      json.writeEndObject();
    }
    json.writeEndObject();
  }
}
