package dev.carillon.gateway;

import java.util.List;

/**
 * Every metric there is: its name, kind, unit, labels and meaning. {@code docs/metrics.md} is made
 * from this, and nothing else can be measured.
 */
enum Metric {
  BUILD_INFO("carillon_build_info", Kind.INFO, "", "What runs here: always 1.", "version", "java"),
  READY("carillon_ready", Kind.GAUGE, "", "Whether the node welcomes new connections: 1 or 0."),

  SUBSCRIBERS(
      "carillon_subscribers",
      Kind.GAUGE,
      "subscribers",
      "Subscribers that are connected, and those that are just connecting."),
  SESSIONS("carillon_sessions", Kind.GAUGE, "sessions", "Connected subscribers.", "door"),
  SESSIONS_OPENED(
      "carillon_sessions_opened_total",
      Kind.COUNTER,
      "sessions",
      "Subscribers that connected.",
      "door"),
  SESSIONS_CLOSED(
      "carillon_sessions_closed_total",
      Kind.COUNTER,
      "sessions",
      "Connections of subscribers that ended, by WebSocket close code: the server's or the"
          + " client's, 1005 for none given, 1006 for a connection that just went (every client"
          + " of Server-Sent Events that leaves), `other` for codes not listed in the protocol.",
      "door",
      "code"),
  SLOW_SUBSCRIBERS(
      "carillon_slow_subscribers_total",
      Kind.COUNTER,
      "times",
      "Times that a subscriber's queue became three quarters full."),
  COMMANDS_REFUSED(
      "carillon_commands_refused_total",
      Kind.COUNTER,
      "commands",
      "WebSocket commands answered with an error, by its code.",
      "code"),

  CONNECTIONS_ACCEPTED(
      "carillon_connections_accepted_total",
      Kind.COUNTER,
      "connections",
      "TCP connections accepted, whatever they were used for."),
  HTTP_REQUESTS(
      "carillon_http_requests_total",
      Kind.COUNTER,
      "requests",
      "HTTP requests answered, by class of status; a WebSocket handshake is `1xx`, a stream that"
          + " begins `2xx`.",
      "status"),

  EVENTS_PUBLISHED(
      "carillon_events_published_total",
      Kind.COUNTER,
      "events",
      "Events taken from publishers, each once."),
  EVENTS_REPEATED(
      "carillon_events_repeated_total",
      Kind.COUNTER,
      "events",
      "Events whose id was known already: answered, and not published again."),
  EVENTS_REFUSED(
      "carillon_events_refused_total",
      Kind.COUNTER,
      "events",
      "Events refused with `overloaded`, because too much was on its way."),
  PUBLISH_IN_FLIGHT(
      "carillon_publish_in_flight_bytes",
      Kind.GAUGE,
      "bytes",
      "Admitted and not yet taken by the hubs; `publish.pendingBytes` bounds it."),
  DEDUPLICATION_IDS(
      "carillon_deduplication_ids",
      Kind.GAUGE,
      "ids",
      "Event ids remembered so that a repeat is known, about."),

  EVENTS_MATCHED(
      "carillon_events_matched_total",
      Kind.COUNTER,
      "events",
      "Events published while subscribed, counted for each subscriber: sent + queued + lost +"
          + " discarded."),
  EVENTS_SENT(
      "carillon_events_sent_total",
      Kind.COUNTER,
      "events",
      "Events handed to subscribers' sockets, counted for each subscriber."),
  EVENTS_QUEUED(
      "carillon_events_queued",
      Kind.GAUGE,
      "events",
      "Events that wait for subscribers' sockets, counted for each subscriber."),
  EVENTS_LOST(
      "carillon_events_lost_total",
      Kind.COUNTER,
      "events",
      "Events announced in gaps, counted for each subscriber, by the gap's reason.",
      "reason"),
  EVENTS_BEHIND(
      "carillon_events_behind",
      Kind.GAUGE,
      "events",
      "Events that subscribers still have to read from histories, counted for each subscriber."),
  STORE_HEALTHY(
      "carillon_store_healthy",
      Kind.GAUGE,
      "",
      "Whether the store takes events: 1 or 0; 1 where no topic keeps history."),
  DEAD_LETTERS(
      "carillon_dead_letters", Kind.GAUGE, "dead letters", "Dead letters kept now, about."),
  DEAD_LETTERS_WRITTEN(
      "carillon_dead_letters_written_total",
      Kind.COUNTER,
      "dead letters",
      "Dead letters that were kept when they were written; a range of a history counts once."),
  DEAD_LETTERS_DISCARDED(
      "carillon_dead_letters_discarded_total",
      Kind.COUNTER,
      "dead letters",
      "Dead letters that were never kept: more were lost at once than may wait, too many topics had"
          + " some, or their file failed."),
  EVENTS_DISCARDED(
      "carillon_events_discarded_total",
      Kind.COUNTER,
      "events",
      "Events that still waited when their subscriber left."),
  QUEUED_BYTES(
      "carillon_queued_bytes",
      Kind.GAUGE,
      "bytes",
      "What all queues hold, an event counted once for each gateway however many wait for it."),

  TOPICS(
      "carillon_topics",
      Kind.GAUGE,
      "topics",
      "Different topics and patterns that subscribers ask for."),
  LINK_IN_FLIGHT(
      "carillon_link_in_flight_bytes",
      Kind.GAUGE,
      "bytes",
      "Events on their way from the relay to the gateways and other consumers of this node."),
  LINK_EVENTS_LOST(
      "carillon_link_events_lost_total",
      Kind.COUNTER,
      "events",
      "Events dropped before a consumer because its link was full; it announces them."),

  CLUSTER_MEMBERS(
      "carillon_cluster_members",
      Kind.GAUGE,
      "nodes",
      "Nodes that are members of the cluster as this one sees it, itself among them; 1 without a"
          + " cluster."),
  CLUSTER_LINKED(
      "carillon_cluster_linked",
      Kind.GAUGE,
      "nodes",
      "Nodes that this one reaches and that reach it, itself among them; below"
          + " `carillon_cluster_minimum_members` it is not ready."),
  CLUSTER_MINIMUM_MEMBERS(
      "carillon_cluster_minimum_members",
      Kind.GAUGE,
      "nodes",
      "`cluster.minimumMembers`; 1 without a cluster."),
  INTEREST_TOPICS(
      "carillon_interest_topics",
      Kind.GAUGE,
      "topics",
      "Topics and patterns that other nodes are known to want, counted for each node."),
  PEER_UP(
      "carillon_link_peer_up",
      Kind.GAUGE,
      "",
      "Whether this node and the other hear each other and know what the other wants: 1 or 0."
          + " Series of a node go when it left, or `cluster.forget` after it went without a word.",
      "peer"),
  PEER_IN_FLIGHT(
      "carillon_link_peer_in_flight_bytes",
      Kind.GAUGE,
      "bytes",
      "Events sent to the other node that it has not taken yet.",
      "peer"),
  PEER_WINDOW(
      "carillon_link_peer_window_bytes",
      Kind.GAUGE,
      "bytes",
      "What may be on its way to the other node now: `cluster.linkBytes`, less while it is slow.",
      "peer"),
  PEER_LAG(
      "carillon_link_peer_lag_seconds",
      Kind.GAUGE,
      "seconds",
      "How long the oldest message that the other node has not taken has been on its way.",
      "peer"),
  PEER_TOPICS(
      "carillon_link_peer_topics",
      Kind.GAUGE,
      "topics",
      "Topics and patterns that the other node is known to want.",
      "peer"),
  PEER_EVENTS(
      "carillon_link_peer_events_total",
      Kind.COUNTER,
      "events",
      "Events sent to the other node; begins at 0 again when the node starts anew.",
      "peer"),
  PEER_EVENTS_LOST(
      "carillon_link_peer_lost_events_total",
      Kind.COUNTER,
      "events",
      "Events that found no room on the way to the other node, and that no history has: they are"
          + " announced there.",
      "peer"),
  PEER_RESENT(
      "carillon_link_peer_resent_total",
      Kind.COUNTER,
      "messages",
      "Messages that were sent to the other node again.",
      "peer"),

  JVM_MEMORY_USED(
      "carillon_jvm_memory_used_bytes", Kind.GAUGE, "bytes", "Memory of the JVM in use.", "area"),
  JVM_MEMORY_COMMITTED(
      "carillon_jvm_memory_committed_bytes",
      Kind.GAUGE,
      "bytes",
      "Memory of the JVM taken from the system.",
      "area"),
  JVM_MEMORY_MAX(
      "carillon_jvm_memory_max_bytes",
      Kind.GAUGE,
      "bytes",
      "Memory that the JVM may take; absent for an area without a bound.",
      "area"),
  JVM_BUFFERS(
      "carillon_jvm_buffers_bytes",
      Kind.GAUGE,
      "bytes",
      "Memory of `java.nio` buffers outside the heap.",
      "pool"),
  NETTY_DIRECT(
      "carillon_netty_direct_bytes",
      Kind.GAUGE,
      "bytes",
      "Memory outside the heap that Netty holds for sockets, in use or pooled."),
  JVM_GC_COLLECTIONS(
      "carillon_jvm_gc_collections_total",
      Kind.COUNTER,
      "collections",
      "Garbage collections.",
      "gc"),
  JVM_GC_SECONDS(
      "carillon_jvm_gc_seconds_total",
      Kind.COUNTER,
      "seconds",
      "Time spent in garbage collections.",
      "gc"),
  JVM_THREADS("carillon_jvm_threads", Kind.GAUGE, "threads", "Live threads."),

  PROCESS_CPU(
      "carillon_process_cpu_seconds_total",
      Kind.COUNTER,
      "seconds",
      "Processor time that the process used, over all cores."),
  PROCESS_RESIDENT(
      "carillon_process_resident_bytes",
      Kind.GAUGE,
      "bytes",
      "Memory of the process that is in RAM; on Linux only."),
  PROCESS_OPEN_FILES(
      "carillon_process_open_files",
      Kind.GAUGE,
      "files",
      "Open file descriptors; a connection takes one."),
  PROCESS_MAX_FILES(
      "carillon_process_max_files",
      Kind.GAUGE,
      "files",
      "File descriptors that the process may open."),
  PROCESS_START(
      "carillon_process_start_time_seconds",
      Kind.GAUGE,
      "seconds",
      "When the process began, since the Unix epoch.");

  /** How a metric's values go on. */
  enum Kind {
    /** Only grows, from 0 at the start of the process. */
    COUNTER("counter"),
    /** Goes up and down. */
    GAUGE("gauge"),
    /** Says what stands in its labels. */
    INFO("info");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  private final String prometheusName;
  private final Kind kind;
  private final String unit;
  private final String sentence;

  @SuppressWarnings("ImmutableEnumChecker") // List.of gives a list that nobody can change.
  private final List<String> labels;

  Metric(String prometheusName, Kind kind, String unit, String sentence, String... labels) {
    this.prometheusName = prometheusName;
    this.kind = kind;
    this.unit = unit;
    this.sentence = sentence;
    this.labels = List.of(labels);
  }

  /** The name on the page. */
  String prometheusName() {
    return prometheusName;
  }

  Kind kind() {
    return kind;
  }

  /** What is counted or measured; empty for a yes or no. */
  String unit() {
    return unit;
  }

  List<String> labels() {
    return labels;
  }

  String sentence() {
    return sentence;
  }
}
