package dev.carillon.testing;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The instructions of a Dockerfile, as far as ours uses the language. */
public final class Dockerfile {
  private final List<Instruction> instructions;

  /** Such as {@code COPY} and what follows it. */
  public record Instruction(String word, String rest) {}

  private Dockerfile(List<Instruction> instructions) {
    this.instructions = instructions;
  }

  /** Reads a file: lines that go on are joined, comments left out. */
  public static Dockerfile read(Path file) throws IOException {
    String text =
        Files.readAllLines(file).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .collect(joining("\n"))
            .replace("\\\n", " ");
    List<Instruction> instructions = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      String[] parts = line.strip().split(" +", 2);
      instructions.add(new Instruction(parts[0], parts[1]));
    }
    return new Dockerfile(instructions);
  }

  /** What follows each instruction of that word, in order. */
  public List<String> all(String word) {
    return instructions.stream()
        .filter(instruction -> instruction.word().equals(word))
        .map(Instruction::rest)
        .toList();
  }

  /** What follows the last instruction of that word, which is the one that holds. */
  public String last(String word) {
    List<String> all = all(word);
    return all.get(all.size() - 1);
  }

  /** The last command in the form of a JSON array, such as that of {@code ENTRYPOINT}. */
  public List<String> command(String word) {
    String rest = last(word);
    return new JsonArray(rest.substring(rest.indexOf('['))).stream().map(String::valueOf).toList();
  }

  /** The variables that containers start with. */
  public Map<String, String> environment() {
    return all("ENV").stream()
        .flatMap(line -> Stream.of(line.split(" +")))
        .map(pair -> pair.split("=", 2))
        .collect(toMap(pair -> pair[0], pair -> pair[1]));
  }
}
