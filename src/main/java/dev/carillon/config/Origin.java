package dev.carillon.config;

/**
 * Where a value was said.
 *
 * @param layer which layer it belongs to
 * @param place the place within the layer, for people: {@code conf/local.json line 3}, {@code
 *     CARILLON_HTTP_PORT}, {@code --port}
 */
public record Origin(Layer layer, String place) {

  /** The layers of a configuration; a later one overrides an earlier one. */
  public enum Layer {
    DEFAULT,
    FILE,
    ENVIRONMENT,
    OPTION
  }

  static final Origin DEFAULT = new Origin(Layer.DEFAULT, "default");

  @Override
  public String toString() {
    return place;
  }
}
