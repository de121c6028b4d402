package dev.carillon.config;

import java.nio.file.Path;

/**
 * Files that make nodes know each other by certificates where they send events.
 *
 * @param certificate this node's certificate chain, PEM
 * @param key its private key, PEM
 * @param authority who signed the certificates of all nodes, PEM
 */
public record ClusterTls(Path certificate, Path key, Path authority) {}
