package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

final class LeftOutListenerTest {
  @TempDir private Path folder;

  @Test
  void everyTestThatDidNotRunIsNamedWithTheReason() throws IOException {
    assertThat(leftOutOf(SomeTests.class).lines())
        .containsExactlyInAnyOrder(
            "#    LeftOutListenerTest$SomeTests.disabled(): too slow here",
            "#    LeftOutListenerTest$SomeTests.unmet(): Assumption failed: no such kernel");
  }

  @Test
  void aRunThatLeavesNothingOutWritesNothing() throws IOException {
    assertThat(leftOutOf(WholeTests.class)).isEmpty();
  }

  @Test
  void jUnitFindsTheListenerAndBothEngines() {
    assertThat(ServiceLoader.load(TestExecutionListener.class))
        .hasAtLeastOneElementOfType(LeftOutListener.class);
    assertThat(ServiceLoader.load(TestEngine.class))
        .extracting(TestEngine::getId)
        .contains("junit-jupiter", "jqwik");
  }

  private String leftOutOf(Class<?> tests) throws IOException {
    Path file = folder.resolve("left-out.txt");
    var config =
        LauncherConfig.builder()
            .enableTestExecutionListenerAutoRegistration(false)
            .addTestExecutionListeners(new LeftOutListener(Optional.of(file)))
            .build();
    LauncherFactory.create(config)
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build());
    return Files.exists(file) ? Files.readString(file) : "";
  }

  static final class SomeTests {
    @Test
    @Disabled("too slow here")
    void disabled() {
      fail("not to be run");
    }

    @Test
    void unmet() {
      assumeTrue(false, "no such kernel");
    }

    @Test
    void runs() {}
  }

  static final class WholeTests {
    @Test
    void runs() {}
  }
}
