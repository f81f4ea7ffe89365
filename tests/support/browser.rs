//! A headless Chromium, driven through `ChromeDriver`.

use std::io::{BufRead as _, BufReader, Lines};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A browser with a window, and where its screenshots go.
pub struct Browser {
    /// The driver's client.
    pub client: Client,
    driver: Child,
    /// Kept open: a driver whose output nobody takes would end.
    _output: Lines<BufReader<ChildStdout>>,
    screenshots: PathBuf,
}

impl Browser {
    /// Starts a browser with a fresh profile.
    pub async fn start(screenshots: &Path) -> Result<Self> {
        Self::with(screenshots, json!({})).await
    }

    /// The same, with every cookie of every site refused.
    pub async fn start_without_cookies(screenshots: &Path) -> Result<Self> {
        Self::with(screenshots, json!({"profile.default_content_setting_values.cookies": 2})).await
    }

    /// Waits for the page that asks for name and password.
    pub async fn until_sign_in(&self, within: Duration) -> Result<()> {
        let asked = "return document.querySelector('input[name=password]') !== null";
        self.until("the sign-in page", within, asked).await.map(drop)
    }

    /// Waits for that page, fills it in and sends it.
    pub async fn sign_in(&self, user: &str, password: &str, within: Duration) -> Result<()> {
        self.until_sign_in(within).await?;
        self.fill("input[name=username]", user).await?;
        self.fill("input[name=password]", password).await?;
        self.click("button[type=submit], input[type=submit]").await
    }

    /// Signs out by the menu of the page that is shown.
    pub async fn sign_out(&self, within: Duration) -> Result<()> {
        self.click("button[popovertarget=menu]").await?;
        self.until("the menu", within, "return document.querySelector('#menu:popover-open') !== null").await?;
        self.click("form[action='/_auth/sign-out'] button").await
    }

    async fn with(screenshots: &Path, preferences: Value) -> Result<Self> {
        let (driver, output, port) = start_driver()?;
        let options = json!({"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                                      "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
                             "prefs": preferences});
        let log = json!({"performance": "ALL"});
        let capabilities =
            [("goog:chromeOptions".to_owned(), options), ("goog:loggingPrefs".to_owned(), log)].into_iter().collect();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("Chromium cannot be started")?;
        Ok(Self { client, driver, _output: output, screenshots: screenshots.to_owned() })
    }

    /// Keeps what the window shows as NAME.png.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        let png = self.client.screenshot().await?;
        std::fs::create_dir_all(&self.screenshots)?;
        Ok(std::fs::write(self.screenshots.join(format!("{name}.png")), png)?)
    }

    /// Runs the body of a function in the page; what it returns.
    pub async fn script(&self, body: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(body, arguments).await?)
    }

    /// Waits until a function's body returns something true; that.
    pub async fn until(&self, what: &str, limit: Duration, body: &str) -> Result<Value> {
        let until = Instant::now() + limit;
        loop {
            // While one page gives way to the next there is none to ask.
            let value = self.client.execute(body, Vec::new()).await.unwrap_or(Value::Null);
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return Ok(value);
            }
            if Instant::now() > until {
                self.screenshot("waited-in-vain").await?;
                bail!("waited {} s for {what} at {}", limit.as_secs(), self.client.current_url().await?);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Types into the field that a selector finds.
    pub async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.client.find(Locator::Css(selector)).await?;
        Ok(field.send_keys(text).await?)
    }

    /// Clicks what a selector finds.
    pub async fn click(&self, selector: &str) -> Result<()> {
        Ok(self.client.find(Locator::Css(selector)).await?.click().await?)
    }

    /// Has the browser's own tools do something: a method of the `DevTools` protocol.
    pub async fn devtools(&self, method: &str, params: &Value) -> Result<Value> {
        Ok(self.client.issue_cmd(DevTools { method: method.to_owned(), params: params.clone() }).await?)
    }

    /// The statuses of the answers that the browser has got since the last call, for addresses that hold `part`.
    pub async fn statuses(&self, part: &str) -> Result<Vec<u64>> {
        let log = self.client.issue_cmd(PerformanceLog).await?;
        let messages = log.as_array().into_iter().flatten().filter_map(|entry| entry.get("message")?.as_str());
        let events = messages.filter_map(|text| serde_json::from_str::<Value>(text).ok());
        let answers = events.filter_map(|event| event.pointer("/message/params/response").cloned());
        let ours = answers.filter(|a| a.get("url").and_then(Value::as_str).is_some_and(|url| url.contains(part)));
        Ok(ours.filter_map(|answer| answer.get("status")?.as_u64()).collect())
    }

    /// Ends the browser.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.clone().close().await?)
    }
}

/// `ChromeDriver`'s log of network events; a media element's answers show nowhere else.
#[derive(Debug)]
struct PerformanceLog;

impl WebDriverCompatibleCommand for PerformanceLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"type": "performance"}).to_string()))
    }
}

/// `ChromeDriver`'s way to the `DevTools` protocol: networks that are slow, colours that are dark.
#[derive(Debug)]
struct DevTools {
    method: String,
    params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"cmd": self.method, "params": self.params}).to_string()))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver's group holds the browser's processes, which would outlive the driver alone.
        let _ = crate::site::kill("KILL", &format!("-{}", self.driver.id()));
        let _ = self.driver.wait();
    }
}

/// A driver, what it goes on to say, and its port. The driver takes a free port at `127.0.0.1` and then the same one at
/// `::1`, and ends where somebody has that one already: so it may try again.
fn start_driver() -> Result<(Child, Lines<BufReader<ChildStdout>>, u16)> {
    let mut said = String::new();
    for _ in 0..5 {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver cannot be started; ./build.sh test installs it")?;
        let mut output = BufReader::new(driver.stdout.take().context("stdout is piped")?).lines();
        if let Some(port) = announced_port(&mut output, &mut said)? {
            return Ok((driver, output, port));
        }
        driver.wait()?;
    }
    bail!("chromedriver ended five times without saying its port; it said: {said}")
}

/// The port that the driver says it has taken; `None` where it ended without. Everything else goes to `said`.
fn announced_port(output: &mut Lines<BufReader<ChildStdout>>, said: &mut String) -> Result<Option<u16>> {
    for line in output {
        let line = line?;
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return Ok(Some(port.trim_end_matches('.').parse()?));
        }
        said.push_str(&line);
        said.push('\n');
    }
    Ok(None)
}
