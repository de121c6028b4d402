package dev.carillon.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes a {@link Config} from its sources, or says everything that is wrong with them.
 *
 * <p>A later layer overrides an earlier one: objects are merged, lists and values replaced. A
 * mistake is one also where a later layer overrides it.
 */
public final class ConfigLoader {
  // Far more than any configuration needs; keeps `-c /dev/zero` from filling the memory.
  private static final int MAX_FILE_BYTES = 1 << 20;

  private final Schema schema;
  private final Supplier<String> hostName;
  private final List<ConfigMistake> mistakes = new ArrayList<>();
  private final SchemaCheck check;
  private boolean fileIsKnown = true;

  private ConfigLoader(Schema schema, Supplier<String> hostName) {
    this.schema = schema;
    this.hostName = hostName;
    this.check = new SchemaCheck(schema, mistakes);
  }

  /** Loads a configuration. Touches nothing but the files that the sources name. */
  public static ConfigOutcome load(ConfigSources sources) {
    return load(sources, Schema.load(), HostName::get);
  }

  static ConfigOutcome load(ConfigSources sources, Schema schema, Supplier<String> hostName) {
    return new ConfigLoader(schema, hostName).run(sources);
  }

  private ConfigOutcome run(ConfigSources sources) {
    JsonTree.Members tree = JsonTree.Members.none(Origin.DEFAULT);
    if (sources.file().isPresent()) {
      tree = read(sources.file().get()).orElse(tree);
      check.check("", schema.root(), tree);
    }
    Assignments assignments = new Assignments(schema, check, mistakes);
    for (Environment.Variable variable :
        new Environment(schema, mistakes).variables(sources.environment())) {
      tree = assignments.assign(tree, variable.key(), variable.text(), variable.origin());
    }
    for (ConfigSources.Option option : sources.options()) {
      tree = assign(assignments, tree, option);
    }
    tree = schema.withDefaults(withNode(tree));
    // What a file that can't be read would have said is not known to be missing or to contradict.
    if (fileIsKnown) {
      check.checkRequired("", schema.root(), tree);
      new CrossChecks(schema, tree, mistakes).run();
    }
    return mistakes.isEmpty()
        ? new ConfigOutcome.Accepted(
            Binder.bind(Config.class, tree), new ConfigPrinter(schema, tree))
        : new ConfigOutcome.Refused(mistakes);
  }

  /**
   * The tree with the host's name as the node's, unless that was said; in a cluster with its port,
   * for a host may have several nodes.
   */
  private JsonTree.Members withNode(JsonTree.Members tree) {
    Origin origin = new Origin(Origin.Layer.DEFAULT, "the host's name");
    if (tree.get("node").isPresent()) {
      return tree;
    }
    Optional<String> port =
        JsonTree.find(tree, "cluster.enabled")
            .filter(enabled -> Boolean.TRUE.equals(JsonTree.valueOf(enabled)))
            .flatMap(enabled -> JsonTree.find(tree, "cluster.port"))
            .map(said -> "-" + JsonTree.valueOf(said));
    return tree.with("node", new JsonTree.Leaf(hostName.get() + port.orElse(""), origin));
  }

  private JsonTree.Members assign(
      Assignments assignments, JsonTree.Members tree, ConfigSources.Option option) {
    Origin origin = new Origin(Origin.Layer.OPTION, option.name());
    String assignment = option.assignment();
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      mistakes.add(
          ConfigMistake.at(option.name(), "must be key=value, such as http.port=9000")
              .showing(Shown.json(new JsonTree.Leaf(assignment, origin))));
      return tree;
    }
    return assignments.assign(
        tree, assignment.substring(0, equals), assignment.substring(equals + 1), origin);
  }

  private Optional<JsonTree.Members> read(Path file) {
    fileIsKnown = false;
    try {
      byte[] json = bytes(file);
      if (json.length > MAX_FILE_BYTES) {
        return refused(file, "is larger than 1 MiB, more than any configuration needs");
      }
      JsonTree tree =
          JsonReader.read(
              json, line -> new Origin(Origin.Layer.FILE, file + " line " + line), mistakes::add);
      if (tree instanceof JsonTree.Members members) {
        fileIsKnown = true;
        return Optional.of(members);
      }
      return refused(file, "must hold one JSON object");
    } catch (NotJsonException e) {
      return refused(file, e.problem());
    } catch (NoSuchFileException e) {
      return refused(file, "there is no such file");
    } catch (IOException e) {
      return refused(
          file,
          Files.isDirectory(file)
              ? "is a directory, must be a file"
              : "can't be read by this user");
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    try (InputStream input = Files.newInputStream(file)) {
      return input.readNBytes(MAX_FILE_BYTES + 1);
    }
  }

  private Optional<JsonTree.Members> refused(Path file, String why) {
    mistakes.add(ConfigMistake.at(file.toString(), why));
    return Optional.empty();
  }
}
