package dev.carillon.store;

import java.time.Duration;
import java.util.Optional;

/**
 * A PostgreSQL database, and how long it may take.
 *
 * @param url {@code postgresql://host:port/database}, with or without {@code jdbc:} before it, and
 *     with parameters of the JDBC driver behind a question mark; without a password
 * @param user whose rights are taken; the driver's own choice where it is empty
 * @param deadline in which an append is answered, about: half of it for storing, the rest for
 *     finding out what became of it when the connection fails
 */
public record PostgresAddress(
    String url, Optional<String> user, Optional<String> password, Duration deadline) {

  /** The address for logs and reasons: no user, no password and no parameters. */
  String name() {
    String bare = url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
    int parameters = bare.indexOf('?');
    bare = parameters < 0 ? bare : bare.substring(0, parameters);
    int hosts = bare.indexOf("://") + 3;
    return bare.substring(0, hosts) + bare.substring(Math.max(hosts, bare.lastIndexOf('@') + 1));
  }

  /** The address as the driver takes it. */
  String jdbcUrl() {
    String bare = url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
    return "jdbc:postgresql" + bare.substring(bare.indexOf("://"));
  }

  @Override
  public String toString() {
    return name();
  }
}
