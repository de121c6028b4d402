package dev.carillon.testing.offences.hub;

import dev.carillon.testing.offences.gateway.Prints;

/** The hub must not know the gateway. */
record LooksUp(Prints above) {}
