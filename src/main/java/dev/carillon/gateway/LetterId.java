package dev.carillon.gateway;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dead letter of some node: {@code 17} of the one that is asked, {@code 17@n2} of any.
 *
 * @param number 0 comes before all of them
 */
record LetterId(String node, long number) {
  // Eighteen digits always fit.
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})(?:@([A-Za-z0-9._-]{1,64}))?");

  /**
   * Reads an id.
   *
   * @param self the node that is meant where none is named
   */
  static LetterId read(String text, String self) throws ProblemException {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw ProblemException.badRequest("the id of a dead letter is a number, or number@node");
    }
    String node = matcher.group(2);
    return new LetterId(node == null ? self : node, Long.parseLong(matcher.group(1)));
  }

  /** How all nodes of a cluster understand it. */
  String text() {
    return number + "@" + node;
  }
}
