package dev.carillon.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version that the jar names. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "carillon "
          + Objects.requireNonNullElse(version, "(not from a jar)")
          + ", Java "
          + System.getProperty("java.version")
    };
  }
}
