package dev.carillon.gateway;

import dev.carillon.event.EventFrame;
import dev.carillon.event.GapReason;
import dev.carillon.hub.HubListener;
import dev.carillon.hub.Subscriber;
import dev.carillon.store.LostEvents;

/** What a gateway hears of its hub: names the slow to the operator and keeps what they lost. */
final class HubTroubles implements HubListener {
  private final SlowSubscriberLog log;
  private final LostEvents lost;
  private final Runnable readOnLater;

  HubTroubles(SlowSubscriberLog log, LostEvents lost, Runnable readOnLater) {
    this.log = log;
    this.lost = lost;
    this.readOnLater = readOnLater;
  }

  @Override
  public void nearlyFull(Subscriber subscriber) {
    log.nearlyFull(subscriber);
  }

  @Override
  public void lost(Subscriber subscriber) {
    log.lost(subscriber);
  }

  @Override
  public void dropped(Subscriber subscriber, EventFrame frame, GapReason reason) {
    lost.lost(subscriber.id(), reason, frame);
  }

  @Override
  public void readOnSoon() {
    readOnLater.run();
  }

  @Override
  public void failed(Subscriber subscriber, RuntimeException failure) {
    log.failed(subscriber, failure);
  }
}
