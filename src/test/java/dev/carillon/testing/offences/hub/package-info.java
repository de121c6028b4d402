/** Breaks rules on purpose, for ArchitectureTest. */
@NullMarked
package dev.carillon.testing.offences.hub;

import org.jspecify.annotations.NullMarked;
