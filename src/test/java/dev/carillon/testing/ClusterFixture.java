package dev.carillon.testing;

import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A cluster in the test's own process: nodes n1, n2, … that all reach each other when a test
 * begins.
 *
 * <p>As a static {@code @RegisterExtension} there is one for all tests of a class, otherwise one
 * for each. Forming it takes some seconds. After every test each node is checked as {@link
 * TestServer} says.
 */
public final class ClusterFixture
    implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
  private final List<TestServer> nodes = new ArrayList<>();
  private final List<Boolean> running = new ArrayList<>();
  private boolean isShared;

  /**
   * So many nodes.
   *
   * @param settings of all of them, such as {@code queue.events=4}
   */
  public ClusterFixture(int nodes, String... settings) {
    for (List<String> own : ClusterPlaces.of(nodes).settings()) {
      this.nodes.add(
          new TestServer(settings).set("http.gateways=2").set(own.toArray(new String[0])));
      running.add(false);
    }
  }

  /** Node {@code i}, counted from 0. */
  public TestServer node(int i) {
    return nodes.get(i);
  }

  public List<TestServer> nodes() {
    return List.copyOf(nodes);
  }

  /** Where clients reach node {@code i}. */
  public String url(int i) {
    return "http://127.0.0.1:" + node(i).port();
  }

  /** Ends a node as if its process had been killed, and waits until the others know. */
  public void kill(int i) throws Exception {
    running.set(i, false);
    // Vert.x finds the cluster gone under it; all nodes see the one log.
    nodes.forEach(node -> node.expectError("Failed to leave cluster"));
    node(i).kill();
    awaitLinked();
  }

  /** Stops a node as it should, and waits until the others know. */
  public void stop(int i) throws Exception {
    running.set(i, false);
    node(i).stop();
    awaitLinked();
  }

  /** Starts a node that was stopped or killed, and waits until all reach each other. */
  public void start(int i) {
    node(i).port();
    running.set(i, true);
    awaitLinked();
  }

  /** Waits until all that run reach each other. */
  public void awaitLinked() {
    List<TestServer> alive =
        IntStream.range(0, nodes.size()).filter(running::get).mapToObj(this::node).toList();
    await()
        .atMost(RawSocket.PATIENCE)
        .until(() -> alive.stream().allMatch(node -> node.linked() == alive.size()));
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    isShared = true;
    open(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    if (!isShared) {
      open(context);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (isShared) {
      for (TestServer node : nodes) {
        node.letGo();
      }
    } else {
      close(context);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    close(context);
  }

  private void open(ExtensionContext context) throws Exception {
    nodes.forEach(node -> node.beforeEach(context));
    together(nodes.stream().<Callable<Object>>map(node -> node::port).toList());
    for (int i = 0; i < nodes.size(); i++) {
      running.set(i, true);
    }
    awaitLinked();
  }

  private void close(ExtensionContext context) throws Exception {
    for (TestServer node : nodes) {
      node.letGo();
    }
    for (TestServer node : nodes) {
      node.afterEach(context);
    }
  }

  private static void together(List<Callable<Object>> actions) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(actions.size());
    try {
      for (Future<Object> done : threads.invokeAll(actions)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } finally {
      threads.shutdown();
    }
  }
}
