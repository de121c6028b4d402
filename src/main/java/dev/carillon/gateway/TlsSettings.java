package dev.carillon.gateway;

import java.nio.file.Path;

/**
 * Where a node's certificate is.
 *
 * @param certificate PEM, the chain from the node's own on
 * @param key PEM, PKCS#8 or the older forms
 * @param reloadMs after which the files are looked at again
 */
public record TlsSettings(Path certificate, Path key, long reloadMs) {}
