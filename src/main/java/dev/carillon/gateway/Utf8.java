package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text from outside, checked. */
final class Utf8 {
  private Utf8() {}

  /**
   * The bytes as text.
   *
   * @throws RefusedException when they are not valid UTF-8
   */
  static String decode(byte[] bytes) throws RefusedException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new RefusedException(ErrorCode.BAD_REQUEST, "the body is not valid UTF-8");
    }
  }
}
