package dev.carillon.gateway;

import java.util.regex.Pattern;

/** What a client may call itself. */
final class SubscriberName {
  /** What is said of an id that somebody has. */
  static final String IN_USE = "subscriber id is in use";

  /** What is said of an id that another node may have, which can't be asked. */
  static final String UNDECIDED =
      "whether the subscriber id is free can't be found out now; try again later";

  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_.:@-]{1,128}");

  private SubscriberName() {}

  static String check(String name) throws ProblemException {
    if (!ALLOWED.matcher(name).matches()) {
      throw ProblemException.badRequest(
          "subscriber is outside what is allowed: 1 to 128 of A-Z a-z 0-9 _ . : @ -");
    }
    return name;
  }
}
