/**
 * What tests of every package share: a server to test, clients that do as they are told, tools of
 * the machine a test needs, and the report of what a run left out.
 *
 * <p>Promise: no test is left out in silence, and none ends before a server's books are checked.
 *
 * <p>May know: the product's configuration and server. Owner: each test owns its server and
 * clients.
 */
@NullMarked
package dev.carillon.testing;

import org.jspecify.annotations.NullMarked;
