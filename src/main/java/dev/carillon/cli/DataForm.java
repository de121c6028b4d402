package dev.carillon.cli;

import dev.carillon.client.OutgoingEvent;
import java.util.Base64;

/** What the text of an event's data stands for. */
enum DataForm {
  /** JSON where it is JSON, else text. */
  AUTO {
    @Override
    OutgoingEvent event(String topic, String text) {
      if (mayBeJson(text)) {
        try {
          return OutgoingEvent.json(topic, text);
        } catch (IllegalArgumentException e) {
          // Then it is text; a bad topic shows itself there.
        }
      }
      return OutgoingEvent.text(topic, text);
    }
  },
  TEXT {
    @Override
    OutgoingEvent event(String topic, String text) {
      return OutgoingEvent.text(topic, text);
    }
  },
  JSON {
    @Override
    OutgoingEvent event(String topic, String text) {
      return OutgoingEvent.json(topic, text);
    }
  },
  BASE64 {
    @Override
    OutgoingEvent event(String topic, String text) {
      try {
        return OutgoingEvent.bytes(topic, Base64.getDecoder().decode(text.strip()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("data is not base64: " + e.getMessage(), e);
      }
    }
  };

  /**
   * Makes an event.
   *
   * @throws IllegalArgumentException when the topic is not one, or the text not of this form
   */
  abstract OutgoingEvent event(String topic, String text);

  // Most lines of a log are told from JSON by their first character, without a parser's exception.
  private static boolean mayBeJson(String text) {
    String stripped = text.stripLeading();
    return !stripped.isEmpty() && "{[\"-0123456789tfn".indexOf(stripped.charAt(0)) >= 0;
  }
}
