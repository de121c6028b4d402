package dev.carillon.gateway;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One of the documents that describe the interfaces, and its schemas. */
final class Description {
  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions()
          .setBaseUri("https://carillon.example/")
          .setDraft(Draft.DRAFT202012)
          .setOutputFormat(OutputFormat.Basic);

  private final JsonObject document;

  Description(String name) throws IOException {
    document =
        new JsonObject(Files.readString(Path.of("src/main/resources/dev/carillon/gateway", name)));
  }

  /** What stands at a path of names, such as {@code components}, {@code schemas}. */
  JsonObject at(String... names) {
    JsonObject here = document;
    for (String name : names) {
      here =
          Optional.ofNullable(here.getJsonObject(name))
              .orElseThrow(() -> new AssertionError("nothing at " + Arrays.toString(names)));
    }
    return here;
  }

  /** The values that a schema of {@code components} allows: its enum, or its constants. */
  List<Object> valuesOf(String schema) {
    JsonObject found = at("components", "schemas", schema);
    JsonArray values = found.getJsonArray("enum");
    return values != null
        ? values.stream().toList()
        : found.getJsonArray("oneOf").stream()
            .map(one -> ((JsonObject) one).getValue("const"))
            .toList();
  }

  /** The object itself, or what its {@code $ref} names. */
  JsonObject resolve(JsonObject object) {
    String ref = object.getString("$ref");
    return ref == null ? object : at(ref.replaceFirst("^#/", "").split("/", -1));
  }

  /** What is wrong with {@code value} as this schema has it; nothing if all is well. */
  Optional<String> mistakes(JsonObject schema, Object value) {
    // Only below the root of a schema are references understood.
    JsonObject whole =
        new JsonObject(
            schema
                .copy()
                .put("$defs", at("components", "schemas"))
                .encode()
                .replace("#/components/schemas/", "#/$defs/"));
    OutputUnit result = Validator.create(JsonSchema.of(whole), OPTIONS).validate(value);
    return Boolean.TRUE.equals(result.getValid())
        ? Optional.empty()
        : Optional.of(
            value
                + ": "
                + Stream.ofNullable(result.getErrors())
                    .flatMap(List::stream)
                    .map(error -> error.getInstanceLocation() + " " + error.getError())
                    .toList());
  }
}
