package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PayloadDeflaterTest {
  private final PayloadDeflater deflater = new PayloadDeflater();

  private static byte[] text(String repeated) {
    return repeated.repeat(200).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aPayloadIsDeflatedOnceForAllWhoseTurnsFollow() {
    byte[] payload = text("abc");
    byte[] first = deflater.deflate(payload);
    assertThat(first).hasSizeLessThan(payload.length);
    assertThat(deflater.deflate(text("xyz"))).isNotSameAs(first);
    assertThat(deflater.deflate(payload)).isSameAs(first);
  }

  @Test
  void anotherPayloadOfTheSameTextIsNotTakenForIt() {
    byte[] first = deflater.deflate(text("abc"));
    assertThat(deflater.deflate(text("abc"))).isNotSameAs(first).isEqualTo(first);
  }

  @Test
  void whatIsForgottenIsDeflatedAnew() {
    byte[] payload = text("abc");
    byte[] first = deflater.deflate(payload);
    deflater.forget();
    assertThat(deflater.deflate(payload)).isNotSameAs(first).isEqualTo(first);
  }

  @Test
  void theOldestGoWhereTooMuchIsKept() {
    byte[] old = text("abc");
    byte[] first = deflater.deflate(old);
    deflater.deflate(random(300_000));
    assertThat(deflater.deflate(old)).isSameAs(first);
    deflater.deflate(random(300_001));
    assertThat(deflater.deflate(old)).isNotSameAs(first).isEqualTo(first);
  }

  @Test
  void whatIsTooLargeToBeKeptPushesNothingOut() {
    byte[] payload = text("abc");
    byte[] first = deflater.deflate(payload);
    deflater.deflate(random(1 << 20));
    assertThat(deflater.deflate(payload)).isSameAs(first);
  }

  /** What no deflater makes smaller. */
  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
