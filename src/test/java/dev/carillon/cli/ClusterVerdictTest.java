package dev.carillon.cli;

import static dev.carillon.cli.ClusterCommandTest.cluster;
import static dev.carillon.cli.ClusterCommandTest.link;
import static dev.carillon.cli.ClusterCommandTest.member;
import static dev.carillon.cli.ClusterCommandTest.wants;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several looks at a cluster whose interest changes all the time. */
final class ClusterVerdictTest {
  private final ClusterVerdict verdict = new ClusterVerdict();

  /** n2 wants something, and n1 believes something of it. */
  private void look(JsonObject wanted, JsonObject believed) {
    verdict.add(
        ClusterLook.of(
            cluster(
                List.of(),
                member("n1", wants(0, 0), link("n2", "up", believed)),
                member("n2", wanted, link("n1", "up", wants(0, 0))))));
  }

  @Test
  void whoKnowsByTheNextLookWhatWasWantedAtTheFirstIsInOrder() {
    look(wants(10, 10), wants(8, 8));
    assertThat(verdict.isWorthAnotherLook()).isTrue();

    look(wants(14, 14), wants(12, 12));
    assertThat(verdict.mistakes()).isEmpty();
    assertThat(verdict.isWorthAnotherLook()).isFalse();
  }

  @Test
  void whoMovesAndStaysBehindTheFirstLookIsNot() {
    look(wants(10, 10), wants(5, 5));
    look(wants(20, 20), wants(9, 9));
    assertThat(verdict.mistakes())
        .containsExactly(
            "n1 believes that n2 wants 9 topics (version 9), and it wants 20 topics (version 20)");
  }

  @Test
  void whoWasAskedLaterMayKnowMore() {
    look(wants(10, 10), wants(11, 11));
    assertThat(verdict.mistakes()).isEmpty();
  }

  @Test
  void oneVersionWithTwoContentsIsAMistake() {
    look(wants(10, 10), wants(10, 9));
    look(wants(10, 10), wants(10, 9));
    assertThat(verdict.mistakes()).hasSize(1);
    look(wants(10, 10), wants(10, 10));
    assertThat(verdict.mistakes()).isEmpty();
  }
}
