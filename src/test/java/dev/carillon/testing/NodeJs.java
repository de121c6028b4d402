package dev.carillon.testing;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The Node.js that Playwright's driver brings along as a dependency of the tests: the same version
 * on every machine, with nothing to install.
 */
public final class NodeJs {
  private NodeJs() {}

  /** The program, unpacked below {@code target} by the first test that asks for it. */
  public static Path path() throws IOException {
    Path folder = Path.of(System.getProperty("carillon.target", "target"), "tools");
    Path program = folder.resolve("node").toAbsolutePath();
    if (Files.isExecutable(program)) {
      return program;
    }
    Files.createDirectories(folder);
    Path unpacked = Files.createTempFile(folder, "node", ".part");
    try (InputStream node = NodeJs.class.getResourceAsStream(resource())) {
      if (node == null) {
        throw new IOException("Playwright's driver has no " + resource());
      }
      Files.copy(node, unpacked, REPLACE_EXISTING);
    }
    if (!unpacked.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + unpacked + " executable");
    }
    // Whole or not at all: another test run may be looking for it now.
    return Files.move(unpacked, program, ATOMIC_MOVE);
  }

  private static String resource() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    boolean arm = System.getProperty("os.arch", "").equals("aarch64");
    String platform = (system.contains("mac") ? "mac" : "linux") + (arm ? "-arm64" : "");
    return "/driver/" + platform + "/node";
  }
}
