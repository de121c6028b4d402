package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** What a list shows of one thing: an immutable picture, made by the thing's owner. */
interface ListEntry {

  /** What the list is ordered by. */
  String id();

  /** Writes one JSON object. */
  void writeTo(JsonGenerator json) throws IOException;
}
