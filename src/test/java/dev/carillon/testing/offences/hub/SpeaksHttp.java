package dev.carillon.testing.offences.hub;

import io.vertx.core.http.HttpServer;

/** The hub must not know of sockets. */
public record SpeaksHttp(HttpServer server) {}
