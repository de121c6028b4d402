package dev.carillon.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Files that make the listener speak TLS; both existed and could be read when the configuration was
 * checked.
 *
 * @param certificate the certificate chain, PEM
 * @param key its private key, PEM
 * @param reload how often the files are looked at for a renewed certificate
 */
public record Tls(Path certificate, Path key, Duration reload) {}
