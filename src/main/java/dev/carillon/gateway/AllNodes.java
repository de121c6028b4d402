package dev.carillon.gateway;

import dev.carillon.cluster.ClusterMember;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** The names of all nodes, in order; of this one alone where there is no cluster. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    names.add(self());
    node.cluster()
        .ifPresent(
            cluster -> cluster.membership().others().forEach(other -> names.add(other.node())));
    return names.stream().sorted().toList();
  }

  /** This node's name. */
  String self() {
    return gateway.settings().node();
  }

  boolean isCluster() {
    return node.cluster().isPresent();
  }

  /** Asks one node by its name; fails where another one does not answer, or does not exist. */
  Future<Buffer> ask(String name, String question, String of) {
    Function<String, Future<Buffer>> mine = own.get(name);
    if (mine != null && of.equals(self())) {
      return mine.apply(question);
    }
    Optional<String> id =
        node.cluster().stream()
            .flatMap(cluster -> cluster.membership().others().stream())
            .filter(other -> other.node().equals(of))
            .map(ClusterMember::id)
            .findFirst();
    if (id.isEmpty()) {
      return Future.failedFuture(unreachable(of));
    }
    Promise<Buffer> answer = Promise.promise();
    node.cluster()
        .orElseThrow()
        .calls()
        .ask(id.get(), name, Buffer.buffer(question), WITHIN_MS)
        .onSuccess(said -> gateway.run(() -> answer.complete(said)))
        .onFailure(failure -> gateway.run(() -> answer.fail(unreachable(of))));
    return answer.future();
  }

  private static ProblemException unreachable(String node) {
    return ProblemException.overloaded("node " + node + " does not answer; try again later");
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
