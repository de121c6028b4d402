package dev.carillon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The rules of the code that a compiler does not check, for the packages below one root.
 *
 * @param root the package above the layers, {@code dev.carillon}
 */
record ArchitectureRules(String root) {
  /** From the top down: an import goes to the same layer or to one further down. */
  static final List<String> LAYERS =
      List.of(
          "cli",
          "server",
          "client",
          "gateway",
          "security",
          "publish",
          "cluster",
          "store",
          "hub",
          "event",
          "config");

  /** Endings that name no concept. */
  private static final List<String> EMPTY_WORDS =
      List.of("Manager", "Helper", "Util", "Utils", "Impl", "Base", "Common");

  /** Prefixes of the packages that any code may know. */
  private static final List<String> FOR_ALL =
      List.of("java.lang", "java.util", "java.time", "java.nio", "java.io", "org.jspecify");

  /** What a layer may know beyond {@link #FOR_ALL} and the layers below. */
  private static final Map<String, List<String>> EXTRA =
      Map.of(
          "hub", List.of("org.jctools.queues"),
          "event", List.of("com.fasterxml.jackson.core", "io.netty.buffer"));

  ArchRule importsGoDownOnly() {
    return classes().that().resideInAPackage(root + ".*..").should(dependOnlyDownwards());
  }

  ArchRule packagesHaveNoCycles() {
    return slices().matching(root + ".(**)").should().beFreeOfCycles();
  }

  ArchRule theHubKnowsOnlyEvents() {
    return onlyKnows("hub", "event", "config")
        .as("hub knows events and the queue of its hand-over");
  }

  ArchRule eventsKnowOnlyBytesAndJson() {
    return onlyKnows("event", "config").as("event knows bytes and JSON");
  }

  ArchRule onlyTheRingKnowsHazelcast() {
    return noClasses()
        .that()
        .resideInAPackage(root + ".store..")
        .and()
        .haveNameNotMatching(".*\\.Ring[^.]*")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.hazelcast..")
        .because("every other kind of store works without a cluster");
  }

  ArchRule packagesAreNullMarked() {
    return classes()
        .should(
            condition(
                "live in a package whose package-info says @NullMarked",
                type ->
                    type.getPackage().isAnnotatedWith(NullMarked.class)
                        ? Stream.empty()
                        : Stream.of(
                            type.getName() + " lives in a package that is not @NullMarked")));
  }

  ArchRule nobodySleeps() {
    return noClasses()
        .should()
        .callMethodWhere(
            called("Thread.sleep", Thread.class, "sleep")
                .or(called("TimeUnit.sleep", TimeUnit.class, "sleep")));
  }

  ArchRule onlyTheCommandLinePrints() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(Throwable.class, "printStackTrace");
  }

  ArchRule staticFieldsNeverChange() {
    return fields()
        .that()
        .areStatic()
        .should()
        .beFinal()
        .andShould(notHoldWhatChanges())
        .because(
            "what a server shares must have an owner, and two servers may live in one process");
  }

  ArchRule namesSayWhatAClassIs() {
    return classes()
        .should(
            condition(
                "not be called " + String.join(", ", EMPTY_WORDS),
                type ->
                    EMPTY_WORDS.stream()
                        .filter(type.getSimpleName()::endsWith)
                        .map(word -> type.getName() + " ends in " + word)));
  }

  private ArchCondition<JavaClass> dependOnlyDownwards() {
    return condition(
        "import only from their own layer and those below: " + String.join(" > ", LAYERS),
        type -> {
          int from = LAYERS.indexOf(layer(type));
          if (from < 0) {
            return Stream.of(type.getName() + " is in no known layer");
          }
          return type.getDirectDependenciesFromSelf().stream()
              .filter(dependency -> dependency.getTargetClass().getName().startsWith(root + "."))
              .filter(dependency -> LAYERS.indexOf(layer(dependency.getTargetClass())) < from)
              .map(dependency -> "upwards: " + dependency.getDescription());
        });
  }

  private String layer(JavaClass type) {
    return type.getPackageName().replaceFirst(root + "\\.?", "").replaceFirst("\\..*", "");
  }

  private ArchRule onlyKnows(String layer, String... layersBelow) {
    List<String> known =
        Stream.of(
                FOR_ALL.stream(),
                Stream.of(root + "." + layer),
                Arrays.stream(layersBelow).map(below -> root + "." + below),
                EXTRA.getOrDefault(layer, List.of()).stream())
            .flatMap(names -> names)
            .toList();
    return classes()
        .that()
        .resideInAPackage(root + "." + layer + "..")
        .should(
            condition(
                "know only " + String.join(", ", known),
                type ->
                    type.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> !isKnown(dependency.getTargetClass(), known))
                        .map(dependency -> dependency.getDescription())));
  }

  private static boolean isKnown(JavaClass type, List<String> known) {
    JavaClass element = type.getBaseComponentType();
    return element.isPrimitive()
        || known.stream()
            .anyMatch(
                name -> element.getName().equals(name) || element.getName().startsWith(name + "."));
  }

  private static ArchCondition<JavaField> notHoldWhatChanges() {
    return new ArchCondition<>("not hold what can change") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        JavaClass type = field.getRawType();
        boolean collection =
            !type.isInterface()
                && (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class));
        boolean shared =
            type.getPackageName().startsWith("java.util.concurrent.atomic")
                || type.isAssignableTo(ThreadLocal.class);
        if (collection || shared) {
          events.add(
              SimpleConditionEvent.violated(field, field.getFullName() + " holds what can change"));
        }
      }
    };
  }

  private static DescribedPredicate<JavaMethodCall> called(
      String description, Class<?> owner, String method) {
    return DescribedPredicate.describe(
        description,
        call -> {
          AccessTarget target = call.getTarget();
          return target.getOwner().isEquivalentTo(owner) && target.getName().equals(method);
        });
  }

  private static ArchCondition<JavaClass> condition(
      String description, Function<JavaClass, Stream<String>> violations) {
    return new ArchCondition<>(description) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        violations
            .apply(type)
            .forEach(text -> events.add(SimpleConditionEvent.violated(type, text)));
      }
    };
  }
}
