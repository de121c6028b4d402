package dev.carillon.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A page of a list as the server wrote it: numbers keep their digits and data their spaces, as in
 * the frames of subscribers.
 *
 * @param items the elements of its array, one line each
 * @param fields its other fields, as text
 */
record JsonPage(List<String> items, Map<String, String> fields) {
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Reads a page.
   *
   * @param array the name of its array
   * @throws IllegalArgumentException when it is not one
   */
  static JsonPage read(String json, String array) {
    List<String> items = new ArrayList<>();
    Map<String, String> fields = new HashMap<>();
    boolean found = false;
    try (JsonParser parser = JSON.createParser(json)) {
      boolean object = parser.nextToken() == JsonToken.START_OBJECT;
      while (object && parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals(array) && value == JsonToken.START_ARRAY) {
          found = true;
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(slice(json, parser));
          }
        } else if (value.isScalarValue()) {
          fields.put(name, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
    if (!found) {
      throw new IllegalArgumentException("no " + array);
    }
    return new JsonPage(items, fields);
  }

  private static String slice(String json, JsonParser parser) throws IOException {
    int begin = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    // A string's end is known only once it has been read.
    parser.finishToken();
    return oneLine(json.substring(begin, (int) parser.currentLocation().getCharOffset()));
  }

  /** JSON on one line: it allows line breaks between its tokens, and there only. */
  static String oneLine(String json) {
    return json.indexOf('\n') < 0 && json.indexOf('\r') < 0
        ? json
        : json.replace('\n', ' ').replace('\r', ' ');
  }
}
