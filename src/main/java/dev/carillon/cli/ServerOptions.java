package dev.carillon.cli;

import dev.carillon.client.ClientOptions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which server a command talks to. */
final class ServerOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${env:CARILLON_URL:-http://127.0.0.1:8080}",
      description =
          "The server, http://HOST:PORT or https://…; else $CARILLON_URL, else"
              + " http://127.0.0.1:8080.")
  private String url;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:CARILLON_TOKEN:-}",
      hideParamSyntax = true,
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "The token to present; else $CARILLON_TOKEN.")
  private @Nullable String token;

  String url() {
    return url;
  }

  /** The root of the server's HTTP interface. */
  String httpUrl() {
    return clientOptions().server().toString();
  }

  /** The token to present, if there is one. */
  Optional<String> bearer() {
    return Optional.ofNullable(token).filter(text -> !text.isEmpty());
  }

  ClientOptions clientOptions() {
    try {
      ClientOptions options = ClientOptions.of(url);
      return token == null || token.isEmpty() ? options : options.withToken(token);
    } catch (IllegalArgumentException e) {
      throw misuse(e);
    }
  }

  /** What the caller said can't be done; the message says why. */
  ParameterException misuse(IllegalArgumentException reason) {
    return new ParameterException(spec.commandLine(), String.valueOf(reason.getMessage()));
  }
}
