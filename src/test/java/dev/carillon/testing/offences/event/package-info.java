/** Breaks rules on purpose, for ArchitectureTest. */
@NullMarked
package dev.carillon.testing.offences.event;

import org.jspecify.annotations.NullMarked;
