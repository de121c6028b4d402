package dev.carillon.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The variables that begin with {@code CARILLON_}, and the keys that they stand for. */
final class Environment {
  static final String PREFIX = "CARILLON_";

  /**
   * What Kubernetes adds by itself for a service whose name begins with "carillon". A node must
   * start next to one.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          PREFIX
              + "([A-Z0-9_]+_)?(SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?"
              + "|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  /** For the commands that talk to a node; a node may well be started beside them. */
  private static final Set<String> OF_CLIENTS = Set.of(PREFIX + "URL", PREFIX + "TOKEN");

  private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

  /** A variable that says a key. */
  record Variable(String name, String key, String text) {
    Origin origin() {
      return new Origin(Origin.Layer.ENVIRONMENT, name);
    }
  }

  private final Schema schema;
  private final List<ConfigMistake> mistakes;

  Environment(Schema schema, List<ConfigMistake> mistakes) {
    this.schema = schema;
    this.mistakes = mistakes;
  }

  /**
   * The variables that say a key, objects before what is in them, so that the more exact one holds.
   * Notes a mistake for each other variable with the prefix.
   */
  List<Variable> variables(Map<String, String> environment) {
    SortedMap<String, String> ours = new TreeMap<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (variable.getKey().startsWith(PREFIX)) {
        ours.put(variable.getKey(), variable.getValue());
      }
    }
    if (ours.isEmpty()) {
      return List.of();
    }
    Map<String, String> keyByName = keyByName();
    Map<String, Variable> byKey = new LinkedHashMap<>();
    ours.forEach(
        (name, text) -> {
          String key = keyByName.get(name);
          if (key != null && SERVICE_ADDRESS.matcher(text).matches()) {
            mistakes.add(serviceAddress(name, key, text));
          } else if (key != null) {
            take(new Variable(name, key, text), byKey);
          } else if (!OF_CLIENTS.contains(name) && !isServiceLink(name, text)) {
            mistakes.add(unknown(name, keyByName.keySet()));
          }
        });
    List<Variable> variables = new ArrayList<>(byKey.values());
    variables.sort(Comparator.comparingInt(variable -> Keys.split(variable.key()).size()));
    return variables;
  }

  /** Each key's two names; the spaced one first, because it is the one to suggest. */
  Map<String, String> keyByName() {
    Map<String, String> keyByName = new LinkedHashMap<>();
    for (String key : schema.keys().keySet()) {
      keyByName.put(PREFIX + Keys.upperCase(key, true), key);
      keyByName.put(PREFIX + Keys.upperCase(key, false), key);
    }
    return keyByName;
  }

  private void take(Variable variable, Map<String, Variable> byKey) {
    Variable before = byKey.putIfAbsent(variable.key(), variable);
    if (before != null) {
      mistakes.add(
          ConfigMistake.at(variable.key(), "said twice; " + before.name() + " says it too")
              .from(variable.origin()));
    }
  }

  private static ConfigMistake serviceAddress(String name, String key, String text) {
    Variable variable = new Variable(name, key, text);
    return ConfigMistake.at(
            key,
            "is an address that Kubernetes sets for a service whose name begins with carillon-;"
                + " say enableServiceLinks: false in the pod, or rename the service")
        .showing(Shown.json(new JsonTree.Leaf(text, variable.origin())))
        .from(variable.origin());
  }

  private static boolean isServiceLink(String name, String text) {
    return SERVICE_LINK.matcher(name).matches()
        || (name.endsWith("_PORT") && SERVICE_ADDRESS.matcher(text).matches());
  }

  private static ConfigMistake unknown(String name, Collection<String> known) {
    List<String> shortNames =
        known.stream().map(knownName -> knownName.substring(PREFIX.length())).toList();
    // A variable that ends with the same name: CARILLON_PORT for the listener's port.
    String last = name.substring(PREFIX.length() - 1);
    return ConfigMistake.at(name, "unknown variable; " + PREFIX + "* is kept for the configuration")
        .suggesting(
            NearestKey.word(name.substring(PREFIX.length()), shortNames)
                .map(PREFIX::concat)
                .or(() -> known.stream().filter(other -> other.endsWith(last)).findFirst()));
  }
}
