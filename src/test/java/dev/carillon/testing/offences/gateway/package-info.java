/** Breaks rules on purpose, for ArchitectureTest. */
@NullMarked
package dev.carillon.testing.offences.gateway;

import org.jspecify.annotations.NullMarked;
