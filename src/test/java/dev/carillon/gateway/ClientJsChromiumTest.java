package dev.carillon.gateway;

import static java.util.stream.Collectors.toList;
import static java.util.stream.IntStream.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import dev.carillon.hub.Ledger;
import dev.carillon.testing.Chromium;
import dev.carillon.testing.Needs;
import dev.carillon.testing.OtherSite;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import dev.carillon.testing.Tool;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code /client.js} as the server hands it out, in a browser. */
@Needs(Tool.CHROMIUM)
final class ClientJsChromiumTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Imports the module and notes what the client hears, for the test to look at. */
  private static final String START =
      """
      async ([url, options]) => {
        const { CarillonClient } = await import(`${url}/client.js`);
        window.heard = [];
        window.states = [];
        window.errors = [];
        window.client = new CarillonClient(url, {
          ...options,
          reconnect: { minMs: 20, maxMs: 200 },
          onGap: (gap) => heard.push({ gap: gap.count, topic: gap.topic, reason: gap.reason }),
          onState: (state, { code }) => states.push(code ? `${state} ${code}` : state),
          onError: ({ code, closeCode }) => errors.push({ code, closeCode }),
        });
      }
      """;

  private static final String SUBSCRIBE =
      "(topic) => client.subscribe(topic, ({ topic, data }) => heard.push({ topic, data }))"
          + ".then(() => true)";

  @RegisterExtension static final Chromium CHROMIUM = new Chromium();

  @RegisterExtension final TestServer server = new TestServer();

  private OtherSite otherSite;

  @BeforeEach
  void openOtherSite() throws IOException {
    otherSite = new OtherSite();
  }

  @AfterEach
  void closeOtherSite() {
    otherSite.close();
  }

  @Test
  void subscribesToAPatternAndHearsEveryAcknowledgedEventInOrder() {
    Page page = started(Map.of());
    page.evaluate(SUBSCRIBE, "orders.>");

    Object published =
        page.evaluate(
            """
            async () => {
              const ids = [];
              for (let i = 0; i < 100; i++) {
                const { eventId } = await client.publish(`orders.t${i % 3}`, i, { eventId: `e-${i}` });
                ids.push(eventId);
              }
              return ids;
            }
            """);

    assertThat(published).isEqualTo(range(0, 100).mapToObj(i -> "e-" + i).collect(toList()));
    JsonArray heard = awaitHeard(page, 100);
    assertThat(range(0, 100).mapToObj(heard::getJsonObject))
        .extracting(event -> event.getInteger("data"))
        .isEqualTo(range(0, 100).boxed().toList());
    assertThat(heard.getJsonObject(4).getString("topic")).isEqualTo("orders.t1");
    assertThat(page.evaluate("errors")).isEqualTo(List.of());
  }

  @Test
  void bytesTextAndUnicodeComeAsTheyWerePublished() {
    Page page = started(Map.of());
    Object same =
        page.evaluate(
            """
            async () => {
              const data = [{ a: [1, null, 'ü🔔\\u2028'] }, 'text', 0.5, new Uint8Array([0, 255, 7])];
              const got = [];
              await client.subscribe('any', (event) => got.push(event.data));
              for (const one of data) await client.publish('any', one);
              while (got.length < data.length) await new Promise((r) => setTimeout(r, 5));
              return got[3] instanceof Uint8Array && String(got[3]) === String(data[3])
                && JSON.stringify(got.slice(0, 3)) === JSON.stringify(data.slice(0, 3));
            }
            """);
    assertThat(same).isEqualTo(true);
  }

  @Test
  void aPageThatIsBlockedHearsExactlyWhereAndHowMuchItMissed() throws InterruptedException {
    server.set("queue.events=4", "http.sendBufferBytes=4096");
    Page page = started(Map.of("subscriber", "page"));
    page.evaluate(SUBSCRIBE, "load");
    page.evaluate(
        """
        (url) => void setTimeout(() => {
          const request = new XMLHttpRequest();
          request.open('GET', url, false); // false: nothing else happens in this page meanwhile
          request.send();
        })
        """,
        otherSite.holdUrl());
    otherSite.awaitHeld();

    RawWebSocket publisher = server.webSocket();
    String padding = "x".repeat(48 * 1024);
    int published = 0;
    for (long end = System.nanoTime() + PATIENCE.toNanos(); lost("page") < 20; ) {
      assertThat(System.nanoTime()).as("the page never lost an event").isLessThan(end);
      publisher.publish("load", "{\"n\":" + published++ + ",\"padding\":\"" + padding + "\"}");
    }
    otherSite.release();
    await()
        .atMost(PATIENCE)
        .until(() -> server.ledgerOf("page").map(Ledger::queued).orElseThrow() == 0);
    publisher.publish("load", "{\"n\":" + published++ + "}");

    int total = published;
    await().atMost(PATIENCE).until(() -> nextAfter(heard(page)) == total);
    assertThat(lost("page")).isEqualTo(total - events(heard(page)));
  }

  @Test
  void aServerThatRestartsFindsThePageSubscribedAgain() {
    Page page = started(Map.of());
    page.evaluate(SUBSCRIBE, "orders.>");
    server.webSocket().publish("orders.a", "1");
    awaitHeard(page, 1);

    server.restart();
    page.waitForFunction("states.filter((state) => state === 'open').length === 2");
    server.webSocket().publish("orders.a", "2");

    assertThat(awaitHeard(page, 2).getJsonObject(1).getInteger("data")).isEqualTo(2);
    assertThat(page.evaluate("errors")).isEqualTo(List.of());
  }

  @Test
  void aSecondPageTakesTheIdOverAndTheFirstStaysAway() {
    Page first = started(Map.of("subscriber", "ann"));
    first.evaluate(SUBSCRIBE, "orders.>");
    Page second = started(Map.of("subscriber", "ann", "takeover", true));
    second.evaluate(SUBSCRIBE, "orders.>");

    first.waitForFunction("client.state === 'closed'");
    assertThat(json(first, "states").getString(json(first, "states").size() - 1))
        .isEqualTo("closed 4409");
    assertThat(json(first, "errors").getJsonObject(0).getInteger("closeCode")).isEqualTo(4409);
    server.webSocket().publish("orders.a", "1");
    awaitHeard(second, 1);
    assertThat(heard(first)).isEmpty();
    assertThat(second.evaluate("client.subscriber")).isEqualTo("ann");
  }

  @Test
  void aSecondPageThatDoesNotTakeOverIsRefused() {
    Page first = started(Map.of("subscriber", "ann"));
    first.evaluate(SUBSCRIBE, "orders.>");
    Page second = started(Map.of("subscriber", "ann"));

    second.waitForFunction("client.state === 'closed'");
    assertThat(json(second, "errors").getJsonObject(0).getInteger("closeCode")).isEqualTo(4409);
    assertThat(first.evaluate("client.state")).isEqualTo("open");
  }

  @Test
  void aPageOfAnotherOriginMayImportTheClientButNotConnect() {
    Page page = startedAt(otherSite.origin(), Map.of());

    // A browser tells a page no more about a refused handshake.
    page.waitForFunction("states.includes('waiting 1006')");
    assertThat(page.evaluate(fetchPublish(""))).asString().contains("Failed to fetch");
    assertThat(server.books().ledger().matched()).isZero();
    assertThat(page.evaluate("states.includes('open')")).isEqualTo(false);
  }

  @Test
  void aPageOfAListedOriginMayConnectAndPublish() {
    server.set("http.origins=[\"" + otherSite.origin() + "\"]");
    Page page = startedAt(otherSite.origin(), Map.of());
    page.evaluate(SUBSCRIBE, "orders.>");

    // The headers of our own make the browser ask beforehand.
    assertThat(page.evaluate(fetchPublish(", 'Event-Id': 'e-1', 'Event-Key': 'k'")))
        .isEqualTo("202 {\"eventId\":\"e-1\"}");
    assertThat(awaitHeard(page, 1).getJsonObject(0).getInteger("data")).isEqualTo(17);
    assertThat(page.evaluate(eventSource())).isEqualTo("welcome subscribed 18");
  }

  // ---- pages

  private String url() {
    return "http://127.0.0.1:" + server.port();
  }

  /** A page of the server's own origin, with a client. */
  private Page started(Map<String, Object> options) {
    return startedAt(url() + "/health/live", options);
  }

  private Page startedAt(String pageUrl, Map<String, Object> options) {
    String serverUrl = url();
    Page page = CHROMIUM.open(pageUrl);
    page.evaluate(START, List.of(serverUrl, options));
    return page;
  }

  private String fetchPublish(String headers) {
    return """
        () => fetch('%s/v1/topics/orders.a/events', {
          method: 'POST', body: '17', headers: { 'Content-Type': 'application/json'%s },
        }).then(async (answer) => `${answer.status} ${await answer.text()}`, String)
        """
        .formatted(url(), headers);
  }

  private String eventSource() {
    return """
        () => new Promise((resolve) => {
          const heard = [];
          const source = new EventSource('%s/v1/stream?topic=sse');
          source.addEventListener('welcome', () => heard.push('welcome'));
          source.addEventListener('subscribed', () => {
            heard.push('subscribed');
            client.publish('sse', 18);
          });
          source.addEventListener('event', ({ data }) => {
            source.close();
            resolve([...heard, JSON.parse(data).data].join(' '));
          });
        })
        """
        .formatted(url());
  }

  private static JsonArray awaitHeard(Page page, int count) {
    page.waitForFunction("(count) => heard.length >= count", count);
    JsonArray heard = heard(page);
    assertThat(heard).hasSize(count);
    return heard;
  }

  private static JsonArray heard(Page page) {
    return json(page, "heard.map(({ data, ...rest }) => ({ ...rest, data: data?.n ?? data }))");
  }

  private static JsonArray json(Page page, String expression) {
    return new JsonArray((String) page.evaluate("JSON.stringify(" + expression + ")"));
  }

  // ---- what may be missing

  private long lost(String subscriber) {
    return server.ledgerOf(subscriber).map(Ledger::lost).orElseThrow();
  }

  private static long events(JsonArray heard) {
    return heard.stream().filter(one -> !((JsonObject) one).containsKey("gap")).count();
  }

  /** The number that must come next, where every number came or was in a gap at its place. */
  private static int nextAfter(JsonArray heard) {
    int next = 0;
    for (int i = 0; i < heard.size(); i++) {
      JsonObject one = heard.getJsonObject(i);
      if (one.containsKey("gap")) {
        assertThat(one.getString("reason")).isEqualTo("queue_full");
        next += one.getInteger("gap");
      } else {
        assertThat(one.getInteger("data")).as(one.encode()).isEqualTo(next);
        next++;
      }
    }
    return next;
  }
}
