package dev.carillon.store;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Members of one cluster in this process, each at a free port of the loopback interface. */
final class RingCluster {
  private final int minimumMembers;
  private final String name = "test-" + UUID.randomUUID();
  private final List<HazelcastInstance> members = new ArrayList<>();

  RingCluster(int minimumMembers) {
    this.minimumMembers = minimumMembers;
  }

  /** Starts one more member. */
  HazelcastInstance start() {
    List<String> others =
        members.stream()
            .filter(member -> member.getLifecycleService().isRunning())
            .map(RingCluster::address)
            .toList();
    HazelcastInstance member = Hazelcast.newHazelcastInstance(config(others));
    members.add(member);
    return member;
  }

  /** Starts a member that knows nobody: a cluster of its own. */
  HazelcastInstance startAlone() {
    HazelcastInstance member = Hazelcast.newHazelcastInstance(config(List.of()));
    members.add(member);
    return member;
  }

  HazelcastInstance member(int number) {
    return members.get(number);
  }

  static String address(HazelcastInstance member) {
    return "127.0.0.1:" + member.getCluster().getLocalMember().getAddress().getPort();
  }

  void stop() {
    for (HazelcastInstance member : members) {
      if (member.getLifecycleService().isRunning()) {
        member.getLifecycleService().terminate();
      }
    }
  }

  private Config config(List<String> others) {
    Config config = new Config();
    config.setClusterName(name);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "8");
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "1");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "1");
    config.setProperty("hazelcast.partition.count", "31");
    config.getJetConfig().setEnabled(false);
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(0).setPortAutoIncrement(false);
    network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setMembers(others);
    RingbufferStore.configure(config, minimumMembers);
    return config;
  }
}
