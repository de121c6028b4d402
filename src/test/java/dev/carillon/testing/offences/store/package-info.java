/** Breaks the rules of the store, so that a test can see the rules notice. */
@NullMarked
package dev.carillon.testing.offences.store;

import org.jspecify.annotations.NullMarked;
