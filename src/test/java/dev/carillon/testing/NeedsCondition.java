package dev.carillon.testing;

import static java.util.stream.Collectors.joining;

import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Leaves a test out whose tools are missing, or fails it where everything is to be tested. */
final class NeedsCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String missing =
        AnnotationSupport.findAnnotation(context.getElement(), Needs.class).stream()
            .flatMap(needs -> Stream.of(needs.value()))
            .filter(tool -> tool.find().isEmpty())
            .map(Tool::missing)
            .collect(joining("; "));
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("every tool is there");
    }
    if (context
        .getConfigurationParameter("carillon.everything")
        .map(Boolean::valueOf)
        .orElse(false)) {
      throw new AssertionError(missing);
    }
    return ConditionEvaluationResult.disabled(missing);
  }
}
