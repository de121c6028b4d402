package dev.carillon;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the code to {@link ArchitectureRules}, and the rules to offences that they must see. */
@TestInstance(Lifecycle.PER_CLASS)
final class ArchitectureTest {
  private static final String OFFENCES = "dev.carillon.testing.offences";
  private static final ArchitectureRules CARILLON = new ArchitectureRules("dev.carillon");
  private static final ArchitectureRules OFFENDERS = new ArchitectureRules(OFFENCES);
  private static final ImportOption NO_OFFENCES = place -> !place.contains("/testing/offences/");

  // Read once for all tests: that takes seconds.
  private final JavaClasses product =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.carillon");
  private final JavaClasses offences = new ClassFileImporter().importPackages(OFFENCES);

  /** A rule, its name, and who breaks it among the offences. */
  private record Case(
      String name, Function<ArchitectureRules, ArchRule> rule, List<String> offenders) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case rule(
      String name, Function<ArchitectureRules, ArchRule> rule, String... offenders) {
    return new Case(name, rule, List.of(offenders));
  }

  static List<Case> cases() {
    return List.of(
        rule(
            "imports go down only",
            ArchitectureRules::importsGoDownOnly,
            "hub.LooksUp",
            "nowhere.InNoLayer"),
        rule("packages have no cycles", ArchitectureRules::packagesHaveNoCycles, "hub.LooksUp"),
        rule(
            "the hub knows only events",
            ArchitectureRules::theHubKnowsOnlyEvents,
            "hub.LooksUp",
            "hub.SpeaksHttp"),
        rule(
            "events know only bytes and JSON",
            ArchitectureRules::eventsKnowOnlyBytesAndJson,
            "event.AsksTheDatabase"),
        rule(
            "only the ring knows Hazelcast",
            ArchitectureRules::onlyTheRingKnowsHazelcast,
            "store.AsksTheCluster"),
        rule(
            "packages are null-marked",
            ArchitectureRules::packagesAreNullMarked,
            "nowhere.InNoLayer"),
        rule(
            "nobody sleeps",
            ArchitectureRules::nobodySleeps,
            "gateway.Sleeps",
            "gateway.SleepsInUnits"),
        rule(
            "only the command line prints",
            ArchitectureRules::onlyTheCommandLinePrints,
            "gateway.Prints"),
        rule(
            "static fields never change",
            ArchitectureRules::staticFieldsNeverChange,
            "gateway.Remembers.last",
            "gateway.Remembers.ALL",
            "gateway.Remembers.COUNT"),
        rule(
            "names say what a class is",
            ArchitectureRules::namesSayWhatAClassIs,
            "gateway.ThingManager"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theCodeKeepsTheRule(Case rule) {
    rule.rule().apply(CARILLON).check(product);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRuleSeesAnOffence(Case rule) {
    String seen =
        rule.rule().apply(OFFENDERS).evaluate(offences).getFailureReport().getDetails().stream()
            .collect(joining("\n"));
    assertThat(rule.offenders().stream().map(name -> OFFENCES + "." + name))
        .allSatisfy(offender -> assertThat(seen).contains(offender));
  }

  @Test
  void testsDoNotSleepEither() {
    CARILLON
        .nobodySleeps()
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
                .withImportOption(NO_OFFENCES)
                .importPackages("dev.carillon"));
  }

  @Test
  void everyPackageSaysItsPromiseItsOwnerAndWhatItMayKnow() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java/dev/carillon"))) {
      List<Path> packages =
          files
              .filter(file -> file.endsWith("package-info.java"))
              .filter(file -> !file.endsWith("carillon/package-info.java"))
              .toList();
      assertThat(packages)
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(Files.readString(file))
                      .contains("Promise: ", "Owner: ", "May know: "));
    }
  }
}
