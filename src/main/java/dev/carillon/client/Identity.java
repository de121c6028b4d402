package dev.carillon.client;

import java.util.Optional;

/**
 * Who a client says it is.
 *
 * @param subscriber the id to ask for; without it the server chooses one
 * @param takeover whether to replace a connection that has this id already. A client with an id of
 *     its own wants this: after a broken network the server may still know its former connection
 * @param token sent with each connection
 */
public record Identity(Optional<String> subscriber, boolean takeover, Optional<String> token) {
  static final Identity NONE = new Identity(Optional.empty(), false, Optional.empty());
}
