package dev.carillon.security;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may use the doors (RFC 6454), so that a stranger's page can't use a visitor's
 * browser: the server's own, and those listed. Compared as a whole, never by parts. What sends no
 * {@code Origin} is no browser's page and is not held up here.
 *
 * @param allowed such as {@code https://app.example.com}; {@code *} allows every page
 */
public record Origins(List<String> allowed) {

  /** The origin of all pages. */
  public static final String ANY = "*";

  public Origins {
    allowed = allowed.stream().map(origin -> origin.toLowerCase(Locale.ROOT)).toList();
  }

  /**
   * Whether a request may go on.
   *
   * @param origin the request's {@code Origin}
   * @param ownOrigin the scheme, host and port under which the request came
   */
  public boolean allows(@Nullable String origin, String ownOrigin) {
    return origin == null || isListed(origin) || origin.equalsIgnoreCase(ownOrigin);
  }

  /** Whether a page of this origin was allowed by name or by {@code *}. */
  public boolean isListed(String origin) {
    return allowed.contains(ANY) || allowed.contains(origin.toLowerCase(Locale.ROOT));
  }
}
