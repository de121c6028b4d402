package dev.carillon.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;

/**
 * Puts one text in the place of another, where that still stands; both may be empty, for no entry.
 * Its result is what stood there.
 *
 * <p>Hazelcast has this without waiting for the answer only as a processor of one's own. It travels
 * by its number, never as an object of Java's serialization.
 */
final class ClaimSwap
    implements EntryProcessor<String, String, String>, IdentifiedDataSerializable {
  private static final long serialVersionUID = 1L;

  /** Of Carillon's own classes in Hazelcast. */
  static final int FACTORY = 4400;

  private static final int CLASS = 1;

  private String expected;
  private String next;

  ClaimSwap(String expected, String next) {
    this.expected = expected;
    this.next = next;
  }

  /** Makes those that come over the wire. */
  static DataSerializableFactory factory() {
    return number -> new ClaimSwap("", "");
  }

  @Override
  public String process(Map.Entry<String, String> entry) {
    // An entry that is not there has no value, and one whose value is taken away is removed.
    String value = entry.getValue();
    String found = value == null ? "" : value;
    if (found.equals(expected)) {
      entry.setValue(next.isEmpty() ? null : next);
    }
    return found;
  }

  @Override
  public int getFactoryId() {
    return FACTORY;
  }

  @Override
  public int getClassId() {
    return CLASS;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeString(expected);
    out.writeString(next);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    expected = in.readString();
    next = in.readString();
  }
}
