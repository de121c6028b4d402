package dev.carillon.testing;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The machine's Chromium, started once for a test class; pages live as long as one test. */
public final class Chromium
    implements BeforeAllCallback, AfterAllCallback, AfterTestExecutionCallback {
  private final List<BrowserContext> contexts = new ArrayList<>();
  private @Nullable Playwright playwright;
  private @Nullable Browser browser;

  /** A page of its own profile, at {@code url}. */
  public Page open(String url) {
    if (browser == null) {
      throw new IllegalStateException("not started");
    }
    BrowserContext context = browser.newContext();
    contexts.add(context);
    context.setDefaultTimeout((double) RawSocket.PATIENCE.toMillis());
    Page page = context.newPage();
    page.navigate(url);
    return page;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    // The browser is the machine's: Playwright need not bring its own.
    Map<String, String> environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    Playwright started = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    playwright = started;
    browser =
        started
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(Tool.CHROMIUM.path())
                    .setArgs(
                        List.of(
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-background-networking")));
  }

  /** Pages go before their server does. */
  @Override
  public void afterTestExecution(ExtensionContext context) {
    contexts.forEach(BrowserContext::close);
    contexts.clear();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (playwright != null) {
      playwright.close();
    }
  }
}
