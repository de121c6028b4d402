package dev.carillon.gateway;

import dev.carillon.cluster.ClusterMember;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Questions that an operator asks one node and that all nodes of its cluster answer. Confined to
 * its gateway's event loop, but for the answers.
 */
final class AllNodes {
  /** A node that takes longer is named as unreachable: an operator waits for the list. */
  static final long WITHIN_MS = 2000;

  private final Node node;
  private final Gateway gateway;
  private final Map<String, Function<String, Future<Buffer>>> own = new LinkedHashMap<>();

  AllNodes(Node node, Gateway gateway) {
    this.node = node;
    this.gateway = gateway;
  }

  /**
   * What the nodes said.
   *
   * @param answers of those that did, this node's first
   * @param unreachable names of those that did not in time
   */
  record Said(List<Buffer> answers, List<String> unreachable) {
    /** Whether this is the answer of one node, which is alone. */
    boolean isWhole() {
      return answers.size() == 1 && unreachable.isEmpty();
    }
  }

  /**
   * Says how this node answers a question.
   *
   * @param answer for any thread; must not block
   */
  void answer(String name, Function<String, Future<Buffer>> answer) {
    own.put(name, answer);
    node.cluster()
        .ifPresent(
            cluster -> cluster.calls().answer(name, asked -> answer.apply(asked.toString())));
  }

  /** Asks every node; fails only where this node's own answer does. */
  Future<Said> ask(String name, String question) {
    Function<String, Future<Buffer>> mine = own.get(name);
    if (mine == null) {
      return Future.failedFuture("nobody answers " + name);
    }
    Future<Buffer> here = mine.apply(question);
    if (node.cluster().isEmpty()) {
      return here.map(answer -> new Said(List.of(answer), List.of()));
    }
    NodeCluster cluster = node.cluster().get();
    List<ClusterMember> others = cluster.membership().others();
    List<Future<Buffer>> there =
        others.stream()
            .map(other -> cluster.calls().ask(other.id(), name, Buffer.buffer(question), WITHIN_MS))
            .toList();
    List<Future<Buffer>> all = new ArrayList<>(there);
    all.add(here);
    Promise<Said> said = Promise.promise();
    Future.join(all)
        .onComplete(
            done ->
                gateway.run(
                    () -> {
                      if (here.failed()) {
                        said.fail(here.cause());
                      } else {
                        said.complete(said(here.result(), others, there));
                      }
                    }));
    return said.future();
  }

  private static Said said(Buffer here, List<ClusterMember> others, List<Future<Buffer>> there) {
    List<Buffer> answers = new ArrayList<>();
    List<String> unreachable = new ArrayList<>();
    answers.add(here);
    for (int i = 0; i < others.size(); i++) {
      if (there.get(i).succeeded()) {
        answers.add(there.get(i).result());
      } else {
        unreachable.add(others.get(i).node());
      }
    }
    return new Said(answers, unreachable);
  }
}
