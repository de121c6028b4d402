package dev.carillon.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** YAML as the JSON that it stands for. */
public final class Yaml {
  private Yaml() {}

  /** The documents of a file; a key that is there twice is an error. */
  public static List<JsonObject> documents(Path file) throws IOException {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    org.yaml.snakeyaml.Yaml yaml = new org.yaml.snakeyaml.Yaml(new SafeConstructor(options));
    try (Reader reader = Files.newBufferedReader(file)) {
      return StreamSupport.stream(yaml.loadAll(reader).spliterator(), false)
          .map(Yaml::object)
          .toList();
    }
  }

  @SuppressWarnings("unchecked") // A document of ours is a map with texts for keys.
  private static JsonObject object(Object document) {
    // Encoded and read again: all maps and lists inside become JSON as well.
    return new JsonObject(new JsonObject((Map<String, Object>) document).encode());
  }
}
