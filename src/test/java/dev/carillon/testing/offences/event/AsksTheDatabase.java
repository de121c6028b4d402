package dev.carillon.testing.offences.event;

import java.sql.Connection;

/** An event must not know of a database. */
record AsksTheDatabase(Connection connection) {}
