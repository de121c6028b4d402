package dev.carillon.gateway;

import dev.carillon.publish.PublishSource;

/**
 * Who publishes once and is read already, such as an HTTP request: refusing is all the pressure
 * there is.
 */
final class UnpacedSource extends PublishSource {
  @Override
  protected void pausePublishing() {}

  @Override
  protected void resumePublishing() {}

  @Override
  protected void flushAnswers() {}
}
