package dev.carillon.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class StoreModelTest extends StoreModel {
  @Property(tries = 25)
  void sqliteReadsAsTheModelSays(@ForAll("steps") List<Step> steps) throws IOException {
    Path folder = Files.createDirectories(Path.of(System.getProperty("carillon.target", "target")));
    Path directory = Files.createTempDirectory(folder, "store-model");
    readsAsTheModelSays(directory.resolve("model.db").toString(), steps);
  }

  @Override
  EventStore open(String name, StoreSettings settings, Clock clock) {
    return SqlStore.openSqlite(Path.of(name), settings, clock);
  }
}
