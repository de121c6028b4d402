package dev.carillon.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tools that a test, or every test of a class, runs.
 *
 * <p>Where one is missing the test is left out and the end of the build says so. With {@code
 * -Dcarillon.everything=true}, as {@code ./verify} sets it, the test fails instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsCondition.class)
public @interface Needs {
  Tool[] value();
}
