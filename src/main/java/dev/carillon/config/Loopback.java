package dev.carillon.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tells whether an address to listen on can be reached from this machine only. */
final class Loopback {
  private static final Pattern IPV4 =
      Pattern.compile("127(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}");

  private Loopback() {}

  /**
   * Whether {@code host} is loopback for certain. Names are not looked up: what a name means can
   * change after the check, so of names only {@code localhost} counts.
   */
  static boolean isCertain(String host) {
    if (host.toLowerCase(Locale.ROOT).equals("localhost") || IPV4.matcher(host).matches()) {
      return true;
    }
    // Only an IPv6 address holds a colon, and reading one asks nobody.
    return host.indexOf(':') >= 0 && isIpv6Loopback(host);
  }

  private static boolean isIpv6Loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
