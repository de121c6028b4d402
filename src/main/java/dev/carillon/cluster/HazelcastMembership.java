package dev.carillon.cluster;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster as Hazelcast knows it: it finds the nodes, says who is there, and carries the Vert.x
 * event bus. For any thread.
 */
public final class HazelcastMembership implements Membership {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.cluster");

  /** Vert.x looks for its node id there. */
  private static final String ID = "__vertx.nodeId";

  private static final String NODE = "carillon.node";
  private static final String PROTOCOL = "carillon.protocol";
  private static final String AGREED = "carillon.agreed.";

  private static final int CONNECT_MS = 1000;

  /** How long nodes that start at the same time take to find each other. */
  private static final long STRANGER_MS = 6000;

  private static final long LOOK_EVERY_MS = 100;

  private final HazelcastInstance hazelcast;
  private final String id;

  private HazelcastMembership(HazelcastInstance hazelcast, String id) {
    this.hazelcast = hazelcast;
    this.id = id;
  }

  /**
   * Finds the other nodes, and becomes one of them or the first. Blocks.
   *
   * @param more adds to Hazelcast's configuration what is to be stored there
   * @throws ClusterRefusedException saying what differs, or what can't be had
   */
  public static HazelcastMembership join(ClusterSettings settings, Consumer<Config> more)
      throws ClusterRefusedException {
    String id = UUID.randomUUID().toString();
    Config config = config(settings, id);
    more.accept(config);
    HazelcastInstance started;
    try {
      started = Hazelcast.newHazelcastInstance(config);
    } catch (HazelcastException | IllegalStateException | IllegalArgumentException e) {
      throw new ClusterRefusedException(
          "cluster.port = "
              + settings.port()
              + ": can't be part of a cluster at "
              + settings.host()
              + ": "
              + reason(e));
    }
    HazelcastMembership membership = new HazelcastMembership(started, id);
    try {
      membership.refuseStrangers(settings);
      membership.refuseDifferences(settings);
    } catch (ClusterRefusedException e) {
      membership.leave();
      throw e;
    }
    List<ClusterMember> others = membership.others();
    LOG.info(
        "cluster name={} at={}:{} found={}",
        settings.name(),
        membership.self().host(),
        membership.self().port(),
        others.isEmpty()
            ? "nobody"
            : others.stream()
                .map(other -> other.node() + "@" + other.host() + ":" + other.port())
                .toList());
    membership.warnOfPublicAddress();
    return membership;
  }

  // ---- configuration

  private static Config config(ClusterSettings settings, String id) throws ClusterRefusedException {
    Config config = new Config(id);
    config.setClassLoader(HazelcastMembership.class.getClassLoader());
    config.setClusterName(settings.name());
    config.getMemberAttributeConfig().setAttribute(ID, id);
    config.getMemberAttributeConfig().setAttribute(NODE, settings.node());
    config.getMemberAttributeConfig().setAttribute(PROTOCOL, String.valueOf(NodeCodec.VERSION));
    settings
        .agreed()
        .forEach(
            (key, value) -> config.getMemberAttributeConfig().setAttribute(AGREED + key, value));
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    network(config.getNetworkConfig(), settings);
    properties(config, settings);
    // What Vert.x keeps there: an entry or two of each node. With two backups they outlive two
    // nodes at once; lost ones would be stale on the survivors.
    config.addMultiMapConfig(new MultiMapConfig("__vertx.subs").setBackupCount(2));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(2));
    config
        .getSerializationConfig()
        .setJavaSerializationFilterConfig(
            // Hazelcast's own failures travel so; nothing of Carillon does.
            new JavaSerializationFilterConfig()
                .setWhitelist(
                    new ClassFilter()
                        .addPrefixes("java.lang.", "java.util.", "com.hazelcast.", "[")));
    return config;
  }

  private static void network(NetworkConfig network, ClusterSettings settings)
      throws ClusterRefusedException {
    String address;
    try {
      address = InetAddress.getByName(settings.host()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new ClusterRefusedException(
          "cluster.host = \"" + settings.host() + "\": has no address: " + e.getMessage());
    }
    network.setPort(settings.port()).setPortAutoIncrement(false).setReuseAddress(true);
    network.getInterfaces().setEnabled(true).addInterface(address);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    ClusterSettings.Finding finding = settings.finding();
    if (finding instanceof ClusterSettings.Finding.Members members) {
      join.getTcpIpConfig()
          .setEnabled(true)
          .setConnectionTimeoutSeconds(3)
          .setMembers(members.places());
    } else if (finding instanceof ClusterSettings.Finding.Kubernetes kubernetes) {
      join.getKubernetesConfig().setEnabled(true).setProperty("service-dns", kubernetes.service());
    } else {
      join.getMulticastConfig().setEnabled(true).setLoopbackModeEnabled(true);
    }
  }

  private static void properties(Config config, ClusterSettings settings) {
    Map<String, String> properties = new TreeMap<>();
    properties.put("hazelcast.logging.type", "slf4j");
    properties.put("hazelcast.phone.home.enabled", "false");
    properties.put("hazelcast.shutdownhook.enabled", "false");
    properties.put("hazelcast.socket.bind.any", "false");
    properties.put("hazelcast.socket.connect.timeout.seconds", "3");
    properties.put("hazelcast.heartbeat.interval.seconds", seconds(settings.heartbeatMs()));
    properties.put("hazelcast.max.no.heartbeat.seconds", seconds(settings.silenceMs()));
    properties.put("hazelcast.merge.first.run.delay.seconds", seconds(settings.mergeMs()));
    properties.put("hazelcast.merge.next.run.delay.seconds", seconds(settings.mergeMs()));
    // Nodes that see the master and not each other must not stay so: one of them is sent away.
    properties.put("hazelcast.partial.member.disconnection.resolution.heartbeat.count", "3");
    properties.put("hazelcast.wait.seconds.before.join", "1");
    properties.put("hazelcast.max.wait.seconds.before.join", "3");
    properties.put("hazelcast.max.join.seconds", "30");
    properties.put("hazelcast.operation.call.timeout.millis", "10000");
    properties.put("hazelcast.graceful.shutdown.max.wait", "20");
    // An acknowledged write is on as many nodes as were promised, or it fails.
    properties.put("hazelcast.operation.fail.on.indeterminate.state", "true");
    // A copy that missed a change is mended before anybody waits for it.
    properties.put("hazelcast.partition.backup.sync.interval", "5");
    properties.put("hazelcast.slow.operation.detector.enabled", "false");
    // A connection to a frozen process keeps its thread busy until the process answers (5.3.8):
    // with few threads those to healthy members would share it, and be taken for gone too.
    properties.put("hazelcast.io.thread.count", "6");
    // Members, ids and, where it is chosen, histories: no work for a thread of each kind and core.
    properties.put("hazelcast.event.thread.count", "1");
    properties.put("hazelcast.operation.thread.count", "2");
    properties.put("hazelcast.operation.generic.thread.count", "2");
    properties.forEach(config::setProperty);
  }

  private static String seconds(long millis) {
    return String.valueOf(Math.max(1, millis / 1000));
  }

  // ---- who is refused

  /** A place of the list where a node of another cluster answers: one of the two is mistaken. */
  private void refuseStrangers(ClusterSettings settings) throws ClusterRefusedException {
    if (!(settings.finding() instanceof ClusterSettings.Finding.Members members)) {
      return;
    }
    long deadline = System.nanoTime() + STRANGER_MS * 1_000_000;
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      Optional<String> stranger =
          members.places().stream().filter(place -> !isMember(place) && answers(place)).findFirst();
      if (stranger.isEmpty()) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new ClusterRefusedException(
            "cluster.members: "
                + stranger.get()
                + " answers and is not of the cluster \""
                + settings.name()
                + "\": its cluster.name is another one, or it is cut off from the nodes found here: "
                + describe(others()));
      }
      try {
        // Nodes that start together, or parts of a cluster that find each other, take a moment.
        never.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ClusterRefusedException("interrupted while looking for the cluster");
      }
    }
  }

  private boolean isMember(String place) {
    InetSocketAddress address = address(place);
    return hazelcast.getCluster().getMembers().stream()
        .map(member -> member.getSocketAddress())
        .anyMatch(
            known ->
                known.getPort() == address.getPort()
                    && known.getAddress() != null
                    && known.getAddress().equals(address.getAddress()));
  }

  private static boolean answers(String place) {
    InetSocketAddress address = address(place);
    if (address.isUnresolved()) {
      return false;
    }
    try (Socket socket = new Socket()) {
      socket.connect(address, CONNECT_MS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static InetSocketAddress address(String place) {
    int colon = place.lastIndexOf(':');
    String host = place.substring(0, colon).replace("[", "").replace("]", "");
    return new InetSocketAddress(host, Integer.parseInt(place.substring(colon + 1)));
  }

  /** What all nodes must agree on. */
  private void refuseDifferences(ClusterSettings settings) throws ClusterRefusedException {
    for (Member member : hazelcast.getCluster().getMembers()) {
      if (member.localMember()) {
        continue;
      }
      String node = attribute(member, NODE);
      String protocol = attribute(member, PROTOCOL);
      if (!protocol.equals(String.valueOf(NodeCodec.VERSION))) {
        throw new ClusterRefusedException(
            "cluster: node "
                + node
                + " speaks version "
                + protocol
                + " between nodes and this one version "
                + NodeCodec.VERSION
                + ": see docs/upgrading.md");
      }
      for (Map.Entry<String, String> agreed : settings.agreed().entrySet()) {
        String theirs = attribute(member, AGREED + agreed.getKey());
        if (!theirs.equals(agreed.getValue())) {
          throw new ClusterRefusedException(
              agreed.getKey()
                  + " = "
                  + agreed.getValue()
                  + ": node "
                  + node
                  + " has "
                  + theirs
                  + "; it must be the same on all nodes of a cluster");
        }
      }
    }
  }

  private void warnOfPublicAddress() {
    InetAddress address = hazelcast.getCluster().getLocalMember().getSocketAddress().getAddress();
    if (address != null
        && !address.isLoopbackAddress()
        && !address.isSiteLocalAddress()
        && !address.isLinkLocalAddress()
        && !isUniqueLocal(address)) {
      LOG.warn(
          "cluster.host={} is a public address: whoever reaches the cluster's ports is trusted",
          address.getHostAddress());
    }
  }

  /** RFC 4193. */
  private static boolean isUniqueLocal(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
  }

  // ---- members

  /** The way of the Vert.x event bus into this cluster. */
  public HazelcastClusterManager clusterManager() {
    return new RepeatedRegistrations(hazelcast);
  }

  /** For what is stored in the cluster. */
  public HazelcastInstance hazelcast() {
    return hazelcast;
  }

  @Override
  public String selfId() {
    return id;
  }

  @Override
  public ClusterMember self() {
    return member(hazelcast.getCluster().getLocalMember());
  }

  @Override
  public List<ClusterMember> others() {
    List<ClusterMember> others = new ArrayList<>();
    if (hazelcast.getLifecycleService().isRunning()) {
      Cluster cluster = hazelcast.getCluster();
      for (Member member : cluster.getMembers()) {
        if (!member.localMember() && !attribute(member, ID).isEmpty()) {
          others.add(member(member));
        }
      }
    }
    return others;
  }

  @Override
  public void onChange(Runnable changed) {
    hazelcast
        .getCluster()
        .addMembershipListener(
            new MembershipListener() {
              @Override
              public void memberAdded(MembershipEvent event) {
                changed.run();
              }

              @Override
              public void memberRemoved(MembershipEvent event) {
                changed.run();
              }
            });
    hazelcast
        .getLifecycleService()
        .addLifecycleListener(
            event -> {
              if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                LOG.warn("this part of a cut cluster joined the larger one again");
                changed.run();
              }
            });
  }

  /** Leaves the cluster; the others are told. Blocks. */
  public void leave() {
    hazelcast.shutdown();
  }

  private static ClusterMember member(Member member) {
    InetSocketAddress address = member.getSocketAddress();
    String host =
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress();
    return new ClusterMember(
        attribute(member, ID), attribute(member, NODE), host, address.getPort());
  }

  private static String attribute(Member member, String name) {
    String value = member.getAttribute(name);
    return value == null ? "" : value;
  }

  private static String describe(List<ClusterMember> members) {
    return members.isEmpty()
        ? "none"
        : String.join(", ", members.stream().map(ClusterMember::node).toList());
  }

  private static String reason(Exception failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("unknown reason");
  }
}
