/**
 * The command line.
 *
 * <p>Promise: results on standard output, everything else on standard error; exit code 0 when it
 * went well, 1 when it failed, 2 when it was asked wrongly; no stack traces.
 *
 * <p>Owner: each command runs on the thread that called it; clients and nodes live on their own
 * event loops.
 *
 * <p>May know: all packages.
 */
@NullMarked
package dev.carillon.cli;

import org.jspecify.annotations.NullMarked;
