package dev.carillon.config;

import java.util.List;
import java.util.Optional;

/**
 * The listener for WebSocket, Server-Sent Events and HTTP.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 takes a free one
 * @param origins the web origins whose pages may connect, besides the server's own
 * @param sendBufferBytes what the kernel may hold for one connection
 * @param pingSeconds how often a quiet connection is asked whether it lives
 * @param idleSeconds how long a connection may be silent; more than {@code pingSeconds}
 * @param requestSeconds how long a client may take to send one request
 * @param compression whether WebSocket frames are compressed where the client offers it
 * @param gateways gateway verticles; 0 is one for each core
 * @param transport the way to the kernel's sockets
 * @param acceptBacklog connections that wait to be accepted, at most
 * @param maxHeaderBytes all headers of one request together, at most
 * @param maxRequestLineBytes the first line of a request, at most
 * @param tls certificate and key; empty serves plain HTTP
 */
public record Http(
    String host,
    int port,
    List<String> origins,
    int sendBufferBytes,
    int pingSeconds,
    int idleSeconds,
    int requestSeconds,
    boolean compression,
    int gateways,
    Transport transport,
    int acceptBacklog,
    int maxHeaderBytes,
    int maxRequestLineBytes,
    Optional<Tls> tls) {}
