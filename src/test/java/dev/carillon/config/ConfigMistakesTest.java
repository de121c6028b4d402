package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigMistakesTest {
  private final Path directory;

  ConfigMistakesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "http.port=abc          | http.port = \"abc\" (from --set): must be a whole number from 0"
            + " to 65535",
        "http.port=65536        | http.port = 65536 (from --set): must be a whole number from 0 to"
            + " 65535",
        "http.port=-1           | http.port = -1 (from --set): must be a whole number from 0 to"
            + " 65535",
        "http.port=1.5          | http.port = \"1.5\" (from --set): must be a whole number from 0"
            + " to 65535",
        "http.port=             | http.port = \"\" (from --set): must be a whole number from 0 to"
            + " 65535",
        "http.pingSeconds=0     | http.pingSeconds = 0 (from --set): must be a whole number from 1"
            + " to 3600 (seconds)",
        "http.compression=yes   | http.compression = \"yes\" (from --set): must be true or false",
        "http.host=[::1]        | http.host = \"[::1]\" (from --set): must be a host name or an IP"
            + " address, without port and brackets",
        "http.transport=iouring | http.transport = \"iouring\" (from --set): must be one of auto,"
            + " io_uring, epoll, nio; did you mean io_uring?",
        "http.origins=a         | http.origins = \"a\" (from --set): must be a JSON list of at most"
            + " 1000 entries; this is not JSON at line 1, column 1: Unrecognized token 'a': was"
            + " expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        "http.origins=\"a\"     | http.origins = \"a\" (from --set): must be a JSON list of at most"
            + " 1000 entries",
        "http.origins.0=a.com| http.origins.0 = \"a.com\" (from --set): must be an origin as a"
            + " browser sends it, such as https://app.example.com: scheme, host and, unless it is"
            + " the usual one, port; or * for every page",
        "http.origins.0=https://a.com/| http.origins.0 = \"https://a.com/\" (from --set): must be"
            + " an origin as a browser sends it, such as https://app.example.com: scheme, host and,"
            + " unless it is the usual one, port; or * for every page",
        "http.origins.0=https://a.com:443| http.origins.0 = \"https://a.com:443\" (from --set):"
            + " must be an origin as a browser sends it, such as https://app.example.com: scheme,"
            + " host and, unless it is the usual one, port; or * for every page",
        "http.origins.0=http://a.com:80| http.origins.0 = \"http://a.com:80\" (from --set): must be"
            + " an origin as a browser sends it, such as https://app.example.com: scheme, host and,"
            + " unless it is the usual one, port; or * for every page",
        "http.origins.0=**| http.origins.0 = \"**\" (from --set): must be an origin as a browser"
            + " sends it, such as https://app.example.com: scheme, host and, unless it is the usual"
            + " one, port; or * for every page",
        "http.origins.0=null| http.origins.0 = \"null\" (from --set): must be an origin as a"
            + " browser sends it, such as https://app.example.com: scheme, host and, unless it is"
            + " the usual one, port; or * for every page",
        "http.origins.1=http://a| http.origins.1 (from --set): the list has 0 entries; the next"
            + " index is 0",
        "http=5                 | http = 5 (from --set): must be an object with host, port,"
            + " origins, sendBufferBytes, pingSeconds, idleSeconds, requestSeconds, compression,"
            + " gateways, transport, acceptBacklog, maxHeaderBytes, maxRequestLineBytes, tls",
        "auth.mode=token        | auth.mode = \"token\" (from --set): must be \"open\", the only"
            + " choice",
        "queue.overflow=catchup| queue.overflow = \"catchup\" (from --set): must be one of"
            + " drop-newest, drop-oldest, conflate, catch-up, disconnect; did you mean catch-up?",
        "store.kind=hazelcast   | store.kind = \"hazelcast\" (from --set): must be another one"
            + " unless cluster.enabled is true: histories would be kept by the cluster's members",
        "store.kind=postgres    | store.kind = \"postgres\" (from --set): must have store.url beside"
            + " it, such as postgresql://db.example.com:5432/carillon",
        "store.url=mysql://a:hunter2@b/c | store.url = \"mysql://(hidden)@b/c\" (from --set): must be"
            + " the address of a PostgreSQL database, such as"
            + " postgresql://db.example.com:5432/carillon",
        "store.url=postgres://a:hunter2@b/c | store.url = \"postgres://(hidden)@b/c\" (from --set):"
            + " must hold no user and no password: store.user and store.password say them, and are"
            + " not shown with it",
        "store.url=jdbc:postgresql://b/c?ssl=true&password=hunter2 | store.url ="
            + " \"jdbc:postgresql://b/c?ssl=true&password=(hidden)\" (from --set): must hold no user"
            + " and no password: store.user and store.password say them, and are not shown with it",
        "store.password=        | store.password = (hidden) (from --set): must be a password",
        "store.deadline=1s      | store.deadline = \"1s\" (from --set): must be a duration such as"
            + " 250ms, 10s, 5m or 24h, from 2s to 5m",
        "store.path=/           | store.path = \"/\" (from --set): must be a file; there is a"
            + " directory at /",
        "store.path=c.db?synchronous=OFF | store.path = \"c.db?synchronous=OFF\" (from --set):"
            + " must be the path of a file, without a question mark",
        "store.forgetTopics=30d | store.forgetTopics = \"30d\" (from --set): must be a duration"
            + " such as 250ms, 10s, 5m or 24h, from 24h to 87600h",
        "topics=[{\"match\":\"a\",\"overflow\":\"catch-up\"}]| topics.0.overflow = \"catch-up\""
            + " (from --set): must have a history in the same rule: what is to be caught up on must be kept",
        "topics=[{\"match\":\"a\",\"history\":{}}]| topics.0.history = {} (from --set): must say at"
            + " least one of events, age and bytes: what is kept must have a bound",
        "queue.overflow=dropNewest | queue.overflow = \"dropNewest\" (from --set): must be one of"
            + " drop-newest, drop-oldest, conflate, catch-up, disconnect; did you mean drop-newest?",
        "drain=10               | drain = \"10\" (from --set): must be a duration such as 250ms,"
            + " 10s, 5m or 24h, from 0s to 1h",
        "drain=61m              | drain = \"61m\" (from --set): must be a duration such as 250ms,"
            + " 10s, 5m or 24h, from 0s to 1h",
        "drain=PT10S            | drain = \"PT10S\" (from --set): must be a duration such as 250ms,"
            + " 10s, 5m or 24h, from 0s to 1h",
        "node=a b               | node = \"a b\" (from --set): must be 1 to 64 of A-Z a-z 0-9 . _"
            + " -, the first a letter or a digit",
        "topics.0.match=a..b    | topics.0.match = \"a..b\" (from --set): must be a topic or a"
            + " pattern such as orders.created, orders.* or orders.>: 1 to 16 tokens of A-Z a-z 0-9"
            + " _ - : @ joined by dots, * for one token, a last > for one or more, at most 255"
            + " characters",
        "topics.0.overflow=conflate | topics.0.match (from --set): is missing; must be a topic or a"
            + " pattern such as orders.created, orders.* or orders.>: 1 to 16 tokens of A-Z a-z 0-9"
            + " _ - : @ joined by dots, * for one token, a last > for one or more, at most 255"
            + " characters",
        "http.prot=1            | http.prot (from --set): unknown key; did you mean http.port?",
        "http.ping_seconds=1    | http.ping_seconds (from --set): unknown key; did you mean"
            + " http.pingSeconds?",
        "htpp.port=1            | htpp.port (from --set): unknown key; did you mean http.port?",
        "port=1                 | port (from --set): unknown key; did you mean http.port?",
        "http.level=info        | http.level (from --set): unknown key; did you mean log.level?",
        "http.port.x=1          | http.port.x (from --set): unknown key",
        "cluster.enabled=true   | cluster.enabled (from --set): unknown key",
        "topics.0.overflw=x     | topics.0.overflw (from --set): unknown key; did you mean"
            + " topics.0.overflow?",
        "topics.x.match=a       | topics.x.match (from --set): unknown key",
        "http..port=1           | http..port (from --set): unknown key; did you mean http.port?",
        "http.port              | --set = \"http.port\": must be key=value, such as http.port=9000",
        "=1                     | --set = \"=1\": must be key=value, such as http.port=9000",
        "http.idleSeconds=25    | http.idleSeconds = 25 (from --set): must be more than"
            + " http.pingSeconds, which is 25: a connection must be asked before it is closed",
        "limits.frameBytes=65535| limits.frameBytes = 65535 (from --set): must be no less than"
            + " limits.eventBytes, which is 65536: the largest event must fit a frame",
        "http.host=0.0.0.0      | http.host = \"0.0.0.0\" (from --set): isn't loopback, so others"
            + " can reach the node and auth.mode must be said explicitly: \"open\" lets everybody"
            + " who reaches it publish and subscribe",
        "topics=[{\"match\":\"a\",\"queue\":{\"events\":257}}] | topics.0.queue.events = 257 (from"
            + " --set): must be no more than queue.events, which is 256: it is a share of the"
            + " queue",
      })
  void optionIsRefusedWithKeyValueAndWhatIsAllowed(String assignment, String line) {
    assertThat(Loading.mistakes(ConfigSources.NONE.set(assignment))).containsExactly(line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "CARILLON_HTTP_PORT        | abc | http.port = \"abc\" (from CARILLON_HTTP_PORT): must be a"
            + " whole number from 0 to 65535",
        "CARILLON_HTTP_PING_SECONDS| x   | http.pingSeconds = \"x\" (from"
            + " CARILLON_HTTP_PING_SECONDS): must be a whole number from 1 to 3600 (seconds)",
        "CARILLON_HTTP_PINGSECONDS | x   | http.pingSeconds = \"x\" (from"
            + " CARILLON_HTTP_PINGSECONDS): must be a whole number from 1 to 3600 (seconds)",
        "CARILLON_HTTP_PROT        | 1   | CARILLON_HTTP_PROT: unknown variable; CARILLON_* is kept"
            + " for the configuration; did you mean CARILLON_HTTP_PORT?",
        "CARILLON_STORE_KIND       | sql | store.kind = \"sql\" (from CARILLON_STORE_KIND): must be"
            + " one of sqlite, postgres, hazelcast, memory",
        "CARILLON_PORT             | 1   | CARILLON_PORT: unknown variable; CARILLON_* is kept for"
            + " the configuration; did you mean CARILLON_HTTP_PORT?",
        "CARILLON_NODE_NAME        | a   | CARILLON_NODE_NAME: unknown variable; CARILLON_* is kept"
            + " for the configuration",
        "CARILLON_                 | 1   | CARILLON_: unknown variable; CARILLON_* is kept for the"
            + " configuration",
        "CARILLON_TOPICS           | [{\"match\":\"a\",}] | topics ="
            + " \"[{\\\"match\\\":\\\"a\\\",}]\" (from CARILLON_TOPICS): must be a JSON list of at"
            + " most 1000 entries; this is not JSON at line 1, column 15: Unexpected character ('}'"
            + " (code 125)): was expecting double-quote to start field name",
        "CARILLON_LOG              | {\"level\":\"info\",\"level\":\"warn\"} | log.level (from"
            + " CARILLON_LOG): said twice; the first is at CARILLON_LOG",
        "CARILLON_HTTP_PORT        | tcp://10.0.0.7:8080 | http.port = \"tcp://10.0.0.7:8080\""
            + " (from CARILLON_HTTP_PORT): is an address that Kubernetes sets for a service whose"
            + " name begins with carillon-; say enableServiceLinks: false in the pod, or rename the"
            + " service",
      })
  void variableIsRefusedWithItsName(String name, String text, String line) {
    assertThat(Loading.mistakes(ConfigSources.NONE.withEnvironment(Map.of(name, text))))
        .containsExactly(line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"http\": {\"port\": \"9000\"}} | http.port = \"9000\" (from FILE line 1): must be a"
            + " whole number from 0 to 65535",
        "{\"http\": {\"port\": 1.5}}      | http.port = 1.5 (from FILE line 1): must be a whole"
            + " number from 0 to 65535",
        "{\"http\": {\"port\": 1e999999}} | http.port = 1E+999999 (from FILE line 1): must be a"
            + " whole number from 0 to 65535",
        "{\"http\": {\"port\": null}}     | http.port = null (from FILE line 1): must be a whole"
            + " number from 0 to 65535",
        "{\"http\": {\"tls\": null}}      | http.tls = null (from FILE line 1): must be an object"
            + " with certificate, key, reload",
        "{\"drain\": 10}                  | drain = 10 (from FILE line 1): must be a duration such"
            + " as 250ms, 10s, 5m or 24h, from 0s to 1h",
        "{\"topics\": {}}                 | topics = {} (from FILE line 1): must be a JSON list of"
            + " at most 1000 entries",
        "{\"topics\": [5]}                | topics.0 = 5 (from FILE line 1): must be an object with"
            + " match, overflow, history, queue",
        "{\"topics\": [{\"match\": \"a\", \"history\": {}}]} | topics.0.history = {} (from FILE line"
            + " 1): must say at least one of events, age and bytes: what is kept must have a bound",
        "{\"http.port\": 1}               | http.port (from FILE line 1): unknown key, because it"
            + " holds a dot; JSON nests: {\"http\": {…}}",
        "{\"Http\": {}}                   | Http (from FILE line 1): unknown key; did you mean"
            + " http?",
        "{\"http\": {\"port\": 1}, \"http\": {}} | http (from FILE line 1): said twice; the first"
            + " is at FILE line 1",
        "[]                               | FILE: must hold one JSON object",
        "{} {}                            | FILE: not JSON at line 1, column 5: more follows after"
            + " the end of the value",
        "{\"a\": // no comments           | FILE: not JSON at line 1, column 7: Unexpected"
            + " character ('/' (code 47)): maybe a (non-standard) comment?",
        "{\"http\": {\"port\": 9000       | FILE: not JSON at line 1, column 23: Unexpected"
            + " end-of-input: expected close marker for Object (start marker at line 1, column 10)",
        "{\"http\": {\"port\": 09000}}    | FILE: not JSON at line 1, column 20: Invalid numeric"
            + " value: Leading zeroes not allowed",
      })
  void fileIsRefusedWithTheLine(String json, String line) {
    Path file = Loading.file(directory, json);

    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(file)))
        .containsExactly(line.replace("FILE", file.toString()));
  }

  @Test
  void everyMistakeOfEveryLayerIsReportedAtOnce() {
    Path file =
        Loading.file(
            directory,
            """
            {
              "http": {"prot": 9000, "port": "abc"},
              "queue": {
                "overflow": "drop",
                "events": 0
              }
            }
            """);

    assertThat(
            Loading.mistakes(
                ConfigSources.NONE
                    .withFile(file)
                    .withEnvironment(Map.of("CARILLON_LOG_LEVEL", "loud", "PATH", "/bin"))
                    .option("--port", "http.port=many")
                    .set("http.host=example.com")))
        .containsExactly(
            "http.prot (from " + file + " line 2): unknown key; did you mean http.port?",
            "http.port = \"abc\" (from "
                + file
                + " line 2): must be a whole number from 0 to 65535",
            "queue.overflow = \"drop\" (from "
                + file
                + " line 4): must be one of drop-newest, drop-oldest, conflate, catch-up, disconnect",
            "queue.events = 0 (from "
                + file
                + " line 5): must be a whole number from 1 to 1048576 (events)",
            "log.level = \"loud\" (from CARILLON_LOG_LEVEL): must be one of error, warn, info,"
                + " debug, trace",
            "http.port = \"many\" (from --port): must be a whole number from 0 to 65535",
            "http.host = \"example.com\" (from --set): isn't loopback, so others can reach the"
                + " node and auth.mode must be said explicitly: \"open\" lets everybody who reaches"
                + " it publish and subscribe");
  }

  @Test
  void mistakeInTheFileIsOneAlsoWhereItIsOverridden() {
    Path file = Loading.file(directory, "{\"http\": {\"port\": \"abc\"}}");

    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(file).set("http.port=9000")))
        .hasSize(1);
  }

  @Test
  void valueThatIsWrongByItselfIsNotComparedWithOthers() {
    assertThat(
            Loading.mistakes(
                ConfigSources.NONE.set("http.pingSeconds=many").set("http.idleSeconds=10")))
        .hasSize(1);
  }

  @Test
  void fileThatIsMissingOrUnreadableIsNamed() {
    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(Path.of("no/such.json"))))
        .containsExactly("no/such.json: there is no such file");
    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(directory)))
        .containsExactly(directory + ": is a directory, must be a file");
  }

  @Test
  void fileWithoutEndIsRefused() {
    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(Path.of("/dev/zero"))))
        .containsExactly("/dev/zero: is larger than 1 MiB, more than any configuration needs");
  }

  @Test
  void emptyFileAndBytesThatAreNoTextAreRefused() {
    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(Loading.file(directory, ""))))
        .singleElement()
        .asString()
        .endsWith("there is nothing in it");
    byte[] latin1 = "{\"node\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(Loading.file(directory, latin1))))
        .singleElement()
        .asString()
        .contains("not JSON at line 1, column ");
  }

  @Test
  void fileThatIsNotJsonHidesNoMistakeOfOtherLayersAndInventsNone() {
    Path file = Loading.file(directory, "{\"auth\": {\"mode\": \"open\"},}");

    assertThat(
            Loading.mistakes(
                ConfigSources.NONE.withFile(file).set("http.host=0.0.0.0").set("http.prot=1")))
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).startsWith(file + ": not JSON at line 1, column "))
        .anySatisfy(line -> assertThat(line).startsWith("http.prot (from --set): unknown key"));
  }

  @Test
  void deepOrEndlessJsonIsRefusedAndNotFollowed() {
    Path deep = Loading.file(directory, "[".repeat(500_000));
    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(deep))).hasSize(1);

    Path number = Loading.file(directory, "{\"http\": {\"port\": " + "9".repeat(500_000) + "}}");
    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(number))).hasSize(1);

    Path exponent = Loading.file(directory, "{\"http\": {\"port\": 1e99999999999}}");
    assertThat(Loading.mistakes(ConfigSources.NONE.withFile(exponent)))
        .singleElement()
        .asString()
        .endsWith("not JSON at line 1, column 32: a number is beyond every range");
  }

  @Test
  void mistakeStaysOnOneShortLineWhateverTheValueHolds() {
    Path file =
        Loading.file(
            directory,
            "{\"http\": {\"host\": \"a\\nb\\u001b[31m\\u202e\\ud800\", \"x\\ny\": 1, \""
                + "k".repeat(5000)
                + "\": 1, \"port\": \""
                + "v".repeat(100_000)
                + "\"}}");

    List<String> lines = new ArrayList<>(Loading.mistakes(ConfigSources.NONE.withFile(file)));

    assertThat(lines)
        .hasSize(4)
        .allSatisfy(
            line -> {
              assertThat(line).hasSizeLessThan(600);
              assertThat(line.codePoints())
                  .noneMatch(c -> Character.isISOControl(c) || c == 0x202e || c == 0xd800);
            });
    assertThat(lines.get(0)).contains("http.host = \"a\\nb\\u001B[31m\\u202e\\ud800\"");
  }

  @Test
  void lineEndAfterAValueIsNotOverlooked() {
    assertThat(Loading.mistakes(ConfigSources.NONE.set("node=a\n"))).hasSize(1);
    assertThat(Loading.mistakes(ConfigSources.NONE.set("topics.0.match=a\n"))).hasSize(1);
    assertThat(Loading.mistakes(ConfigSources.NONE.set("drain=10s\n"))).hasSize(1);
    assertThat(Loading.mistakes(ConfigSources.NONE.set("http.port=1\n"))).hasSize(1);
  }

  @Test
  void tlsFilesMustBeThere() {
    Path there = Loading.file(directory, "{}");

    assertThat(
            Loading.mistakes(
                ConfigSources.NONE
                    .set("http.tls.certificate=" + there)
                    .set("http.tls.key=no/such/key.pem")))
        .containsExactly(
            "http.tls.key = \"no/such/key.pem\" (from --set): must be a file; there is none at "
                + Path.of("no/such/key.pem").toAbsolutePath());
    assertThat(Loading.mistakes(ConfigSources.NONE.set("http.tls.certificate=" + directory)))
        .containsExactly(
            "http.tls.key (from --set): is missing; must be the path of a file",
            "http.tls.certificate = \""
                + directory
                + "\" (from --set): must be a file; there is none at "
                + directory);
  }

  @Test
  void storeMustBeWritableWhereAHistoryIsKept() {
    Path file = Loading.file(directory, "{}");
    ConfigSources keeping =
        ConfigSources.NONE.set("topics=[{\"match\":\"a\",\"history\":{\"events\":1}}]");

    assertThat(Loading.mistakes(keeping.set("store.path=" + file + "/data/c.db")))
        .containsExactly(
            "store.path = \"%1$s/data/c.db\" (from --set): must be in a directory; %1$s is a file"
                .formatted(file));
    // Not writable for anybody, root included.
    assertThat(Loading.mistakes(keeping.set("store.path=/proc/sys/data/c.db")))
        .containsExactly(
            "store.path = \"/proc/sys/data/c.db\" (from --set): must be in a directory that this"
                + " user can write to; /proc/sys isn't one");
    assertThat(Loading.mistakes(keeping.set("store.path=/proc/sys/kernel/osrelease")))
        .containsExactly(
            "store.path = \"/proc/sys/kernel/osrelease\" (from --set): must be writable;"
                + " /proc/sys/kernel/osrelease isn't for this user");
    assertThat(Loading.mistakes(keeping.set("store.path=" + directory))).hasSize(1);
  }

  @Test
  void storeThatNobodyOpensMayBeAnywhere() {
    assertThat(Loading.load(ConfigSources.NONE.set("store.path=/proc/sys/c.db")))
        .isInstanceOf(ConfigOutcome.Accepted.class);
    assertThat(
            Loading.load(
                ConfigSources.NONE
                    .set("topics=[{\"match\":\"a\",\"history\":{\"events\":1}}]")
                    .set("store.kind=memory")
                    .set("store.path=/proc/sys")))
        .isInstanceOf(ConfigOutcome.Accepted.class);
  }

  @Test
  void variableSaidInBothSpellingsIsRefused() {
    assertThat(
            Loading.mistakes(
                ConfigSources.NONE.withEnvironment(
                    Map.of("CARILLON_HTTP_PINGSECONDS", "5", "CARILLON_HTTP_PING_SECONDS", "6"))))
        .containsExactly(
            "http.pingSeconds (from CARILLON_HTTP_PING_SECONDS): said twice;"
                + " CARILLON_HTTP_PINGSECONDS says it too");
  }
}
