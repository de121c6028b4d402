package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP response.
 *
 * @param headers by their names in lower case
 */
public record HttpAnswer(int status, Map<String, String> headers, String body) {

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** The body of an answer that went well. */
  public JsonObject json() {
    assertThat(header("content-type")).as(toString()).hasValue("application/json");
    return new JsonObject(body);
  }

  /** Checks that this is an RFC 9457 problem, and gives it. */
  public JsonObject problem(int expectedStatus, String expectedCode) {
    assertThat(status).as(toString()).isEqualTo(expectedStatus);
    assertThat(header("content-type")).hasValue("application/problem+json");
    JsonObject problem = new JsonObject(body);
    assertThat(problem.getInteger("status")).isEqualTo(expectedStatus);
    assertThat(problem.getString("code")).as(body).isEqualTo(expectedCode);
    assertThat(problem.getString("title")).isNotBlank();
    assertThat(problem.getString("detail")).isNotBlank();
    assertThat(problem.getBoolean("retryable")).isNotNull();
    if (expectedStatus == 429 || expectedStatus == 503) {
      assertThat(header("retry-after")).hasValueSatisfying(s -> assertThat(s).containsOnlyDigits());
    }
    return problem;
  }
}
