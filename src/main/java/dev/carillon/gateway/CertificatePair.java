package dev.carillon.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

/**
 * Whether a certificate and a key belong together. TLS itself finds out only when a client
 * connects, and then every handshake fails.
 */
final class CertificatePair {
  private static final String[] KEY_TYPES = {"RSA", "EC", "EdDSA", "Ed25519"};
  private static final byte[] ANYTHING = new byte[32];

  private CertificatePair() {}

  /**
   * Reads both files.
   *
   * @return fails with the reason when they can't be used together
   */
  static Future<Void> check(Vertx vertx, TlsSettings tls) {
    return vertx.executeBlocking(
        () -> {
          for (KeyManager manager :
              CertificateReload.keyCert(tls).getKeyManagerFactory(vertx).getKeyManagers()) {
            check((X509KeyManager) manager, tls);
          }
          return null;
        });
  }

  private static void check(X509KeyManager keys, TlsSettings tls) throws GeneralSecurityException {
    for (String type : KEY_TYPES) {
      String[] aliases = keys.getServerAliases(type, null);
      for (String alias : aliases == null ? new String[0] : aliases) {
        PublicKey certified = keys.getCertificateChain(alias)[0].getPublicKey();
        if (!belongTogether(keys.getPrivateKey(alias), certified)) {
          throw new GeneralSecurityException(
              "the key in " + tls.key() + " is not that of the certificate");
        }
      }
    }
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    if (!family(key.getAlgorithm()).equals(family(certified.getAlgorithm()))) {
      return false;
    }
    Signature signature = Signature.getInstance(family(key.getAlgorithm()));
    signature.initSign(key);
    signature.update(ANYTHING);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(ANYTHING);
    return signature.verify(signed);
  }

  private static String family(String algorithm) {
    return switch (algorithm) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> "EdDSA";
    };
  }
}
