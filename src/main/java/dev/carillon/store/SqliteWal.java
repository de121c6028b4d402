package dev.carillon.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Looks at a write-ahead log before SQLite does: SQLite takes the first frame whose checksum is
 * wrong for the end of the log, and everything behind it is gone without a word.
 *
 * <p>A crash may tear the last transaction, which nobody was told of. Each one before it was made
 * durable before the next began, so a wrong frame with two ends of transactions at or behind it is
 * no tear but damage. A damaged last transaction looks like a torn one and can't be told from it.
 *
 * @see <a href="https://www.sqlite.org/fileformat2.html#walformat">The WAL format</a>
 */
final class SqliteWal {
  private static final int HEADER_BYTES = 32;
  private static final int FRAME_HEADER_BYTES = 24;
  private static final int MAGIC = 0x377f0682;

  private SqliteWal() {}

  /** What is wrong with the log; nothing when it is whole, torn at its end, or not there. */
  static Optional<String> check(Path wal) throws IOException {
    if (!Files.isRegularFile(wal)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(wal, StandardOpenOption.READ)) {
      return check(channel);
    }
  }

  private static Optional<String> check(FileChannel channel) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    if (!read(channel, header, 0)) {
      return Optional.empty();
    }
    int magic = header.getInt(0);
    int pageBytes = header.getInt(8);
    if ((magic & ~1) != MAGIC || pageBytes < 512 || pageBytes > 65_536) {
      return channel.size() > HEADER_BYTES + FRAME_HEADER_BYTES
          ? Optional.of("the head of its write-ahead log can't be read")
          : Optional.empty();
    }
    ByteOrder order = (magic & 1) == 1 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    int[] sum = checksum(header, 0, HEADER_BYTES - 8, order, new int[2]);
    if (sum[0] != header.getInt(24) || sum[1] != header.getInt(28)) {
      return Optional.of("the head of its write-ahead log has a wrong checksum");
    }
    long salts = header.getLong(16);
    ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER_BYTES + pageBytes);
    boolean whole = true;
    int endsBehind = 0;
    long wrongAt = 0;
    for (long at = HEADER_BYTES; read(channel, frame, at); at += frame.capacity()) {
      if (whole) {
        int[] next = checksum(frame, 0, 8, order, sum);
        next = checksum(frame, FRAME_HEADER_BYTES, pageBytes, order, next);
        if (frame.getLong(8) == salts
            && next[0] == frame.getInt(16)
            && next[1] == frame.getInt(20)) {
          sum = next;
          continue;
        }
        whole = false;
        wrongAt = at;
      }
      // Frames of an earlier round have other salts.
      if (frame.getLong(8) == salts && frame.getInt(4) != 0) {
        endsBehind++;
      }
    }
    return endsBehind >= 2
        ? Optional.of(
            "its write-ahead log has a wrong checksum at byte "
                + wrongAt
                + ", before events that were stored")
        : Optional.empty();
  }

  private static int[] checksum(
      ByteBuffer bytes, int from, int length, ByteOrder order, int[] start) {
    ByteBuffer view = bytes.duplicate().order(order);
    int s0 = start[0];
    int s1 = start[1];
    for (int at = from; at < from + length; at += 8) {
      s0 += view.getInt(at) + s1;
      s1 += view.getInt(at + 4) + s0;
    }
    return new int[] {s0, s1};
  }

  private static boolean read(FileChannel channel, ByteBuffer target, long at) throws IOException {
    target.clear();
    long from = at;
    while (target.hasRemaining()) {
      int read = channel.read(target, from);
      if (read < 0) {
        return false;
      }
      from += read;
    }
    return true;
  }
}
