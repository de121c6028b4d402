package dev.carillon.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileProps;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a renewed certificate in force without a restart: connections that are open keep theirs, new
 * ones get the new one. Files that make no valid pair leave the old one in force and are said.
 */
final class CertificateReload {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.server");
  private static final long HANDSHAKE_TIMEOUT_SECONDS = 10;

  private final Vertx vertx;
  private final HttpServer server;
  private final TlsSettings tls;
  private List<Long> seen = List.of();

  private CertificateReload(Vertx vertx, HttpServer server, TlsSettings tls) {
    this.vertx = vertx;
    this.server = server;
    this.tls = tls;
  }

  /** What a listener with these files needs; TLS 1.2 and 1.3, HTTP/2 where the client offers it. */
  static ServerSSLOptions options(TlsSettings tls) {
    ServerSSLOptions options = new ServerSSLOptions();
    options
        .setKeyCertOptions(keyCert(tls))
        .setUseAlpn(true)
        .setSslHandshakeTimeout(HANDSHAKE_TIMEOUT_SECONDS)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"));
    return options;
  }

  static PemKeyCertOptions keyCert(TlsSettings tls) {
    return new PemKeyCertOptions()
        .setCertPath(tls.certificate().toString())
        .setKeyPath(tls.key().toString());
  }

  /** Starts looking. */
  static void start(Vertx vertx, HttpServer server, TlsSettings tls) {
    CertificateReload reload = new CertificateReload(vertx, server, tls);
    reload.look();
    vertx.setPeriodic(tls.reloadMs(), timer -> reload.look());
  }

  private void look() {
    modified(tls.certificate().toString())
        .compose(
            certificate -> modified(tls.key().toString()).map(key -> List.of(certificate, key)))
        .onSuccess(this::compare)
        .onFailure(gone -> LOG.warn("certificate files can't be read: {}", gone.getMessage()));
  }

  private Future<Long> modified(String file) {
    return vertx.fileSystem().props(file).map(FileProps::lastModifiedTime);
  }

  private void compare(List<Long> now) {
    if (seen.isEmpty()) {
      seen = now;
    } else if (!seen.equals(now)) {
      seen = now;
      CertificatePair.check(vertx, tls)
          .compose(valid -> server.updateSSLOptions(options(tls), true))
          .onSuccess(done -> LOG.info("certificate reloaded file={}", tls.certificate()))
          .onFailure(
              refused ->
                  LOG.error(
                      "certificate not reloaded, the old one stays file={} problem={}",
                      tls.certificate(),
                      refused.getMessage()));
    }
  }
}
