//! A site of one's own: `stagedoor up` with a data directory and ports that nobody else uses.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::http;

/// How a site is started.
#[derive(Clone, Default)]
pub struct Options {
    /// With the sample film and photo.
    pub sample: bool,
    /// How long access tokens are good for, where not as long as usual.
    pub token_seconds: Option<u32>,
    /// Another policy than the checkout's.
    pub policy: Option<PathBuf>,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
}

/// A running `stagedoor up`. Dropped, it is stopped as Ctrl-C stops it.
pub struct Site {
    process: Child,
    options: Options,
    port: u16,
    data: PathBuf,
    /// What it printed when it was ready.
    pub announced: Value,
}

impl Site {
    /// Starts a site on `data`, and returns once it has said that it is ready.
    pub fn start(data: &Path, options: Options) -> Result<Self> {
        Self::start_on(data, options, free_ports()?)
    }

    fn start_on(data: &Path, options: Options, port: u16) -> Result<Self> {
        let log = std::fs::File::options().create(true).append(true).open(data.join("up.log"))?;
        let mut command = Command::new(crate::stagedoor());
        command.args(["up", "--port", &port.to_string(), "--data"]).arg(data);
        let policy = options.policy.clone().unwrap_or_else(|| crate::root().join("policy.yaml"));
        command.arg("--artefacts").arg(crate::dist()).arg("--policy").arg(policy);
        if let Some(seconds) = options.token_seconds {
            command.args(["--token-seconds", &seconds.to_string()]);
        }
        // Everything that can be logged is, since the log is searched for secrets when the site stops.
        command.env("STAGEDOOR_LOG", "debug").envs(options.environment.iter().cloned());
        if !options.sample {
            command.arg("--no-sample");
        }
        // A group of its own, so that the whole tree can be killed at once.
        let mut process = command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("stdout is piped")?).read_line(&mut line)?;
        if line.is_empty() {
            let log = std::fs::read_to_string(data.join("up.log")).unwrap_or_default();
            bail!("`stagedoor up` ended with {}:\n{log}", process.wait()?);
        }
        let announced = serde_json::from_str(&line).with_context(|| format!("`up` printed {line:?}"))?;
        Ok(Self { process, options, port, data: data.to_owned(), announced })
    }

    /// Kills every process of the site at once, as a power cut would, and starts it again.
    pub fn kill_and_restart(mut self) -> Result<Self> {
        self.signal("KILL", true)?;
        self.process.wait()?;
        let (data, options, port) = (self.data.clone(), self.options.clone(), self.port);
        drop(self);
        Self::start_on(&data, options, port)
    }

    /// Stops it as Ctrl-C does; how it ended.
    pub fn stop(&mut self) -> Result<std::process::ExitStatus> {
        self.signal("INT", false)?;
        wait_for("the site to stop", Duration::from_secs(20), || Ok(self.process.try_wait()?))
    }

    /// Starts it again on the same data and ports.
    pub fn start_again(&self) -> Result<Self> {
        Self::start_on(&self.data, self.options.clone(), self.port)
    }

    /// The process id of `stagedoor up`.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Every process of the site but the first: those of the functions.
    pub fn function_processes(&self) -> Result<Vec<(u32, String)>> {
        children(self.process.id())
    }

    /// `http://localhost:PORT`.
    pub fn url(&self) -> &str {
        self.text("url")
    }

    /// The edge's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A field of what `up` printed.
    pub fn text(&self, field: &str) -> &str {
        self.announced.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// Signs the printed user in as an API client; an access token.
    pub fn access_token(&self) -> Result<String> {
        let body = json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": self.text("api_client"),
            "AuthParameters": {"USERNAME": self.text("user"), "PASSWORD": self.text("password")}});
        let answer = http::agent()
            .post(self.text("identity"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
            .send(body.to_string())?
            .body_mut()
            .read_json::<Value>()?;
        let token = answer.pointer("/AuthenticationResult/AccessToken").and_then(Value::as_str);
        Ok(token.with_context(|| format!("no access token in {answer}"))?.to_owned())
    }

    /// A GET of the API; its JSON.
    pub fn api(&self, token: &str, path: &str) -> Result<Value> {
        let url = format!("{}{path}", self.url());
        let mut answer = http::agent().get(&url).header("authorization", format!("Bearer {token}")).call()?;
        ensure!(answer.status() == 200, "{path} answered {}", answer.status());
        Ok(answer.body_mut().read_json()?)
    }

    /// A POST to the API; status and JSON.
    pub fn post(&self, token: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
        let url = format!("{}{path}", self.url());
        let request = http::agent().post(&url).header("authorization", format!("Bearer {token}"));
        let mut answer = request.header("content-type", "application/json").send(body.to_string())?;
        Ok((answer.status().as_u16(), answer.body_mut().read_json().unwrap_or(Value::Null)))
    }

    /// Uploads bytes in the way the page does, up to and including `complete`; the id.
    pub fn upload(&self, token: &str, name: &str, content_type: &str, bytes: &[u8]) -> Result<String> {
        let id = self.upload_without_complete(token, name, content_type, bytes)?;
        let (status, answer) = self.post(token, &format!("/api/uploads/{id}/complete"), &json!({}))?;
        ensure!(status == 200, "complete answered {status}: {answer}");
        Ok(id)
    }

    /// The presigned PUT alone; the id.
    pub fn upload_without_complete(&self, token: &str, name: &str, content_type: &str, bytes: &[u8]) -> Result<String> {
        let announced = self.announce_upload(token, name, content_type, bytes.len())?;
        let mut put = http::agent().put(announced.url());
        for (name, value) in announced.headers() {
            put = put.header(name, value);
        }
        let answer = put.send(bytes)?;
        ensure!(answer.status() == 200, "the presigned PUT answered {}", answer.status());
        Ok(announced.id().to_owned())
    }

    /// Asks for a presigned PUT.
    pub fn announce_upload(&self, token: &str, name: &str, content_type: &str, size: usize) -> Result<Announced> {
        let (status, answer) =
            self.post(token, "/api/uploads", &json!({"name": name, "size": size, "type": content_type}))?;
        ensure!((200..300).contains(&status), "/api/uploads answered {status}: {answer}");
        Ok(Announced(answer))
    }

    /// Waits until a medium is `ready` or `failed`; the medium.
    pub fn wait_until_processed(&self, token: &str, id: &str) -> Result<Value> {
        wait_for(&format!("{id} to be processed"), Duration::from_secs(120), || {
            let medium = self.api(token, &format!("/api/media/{id}"))?;
            let ended = matches!(medium.get("status").and_then(Value::as_str), Some("ready" | "failed"));
            Ok(ended.then_some(medium))
        })
    }

    fn signal(&self, signal: &str, group: bool) -> Result<()> {
        let target = format!("{}{}", if group { "-" } else { "" }, self.process.id());
        kill(signal, &target)
    }
}

/// What no line of a log may hold: the beginnings of tokens (`{"alg"`, `{"kid"`, `{"typ"` and `{"sub"` in base64url; fewer
/// letters would turn up in request ids by chance), and what stands before cookies, codes, states and signatures.
const SECRETS: [&str; 14] = [
    "eyJhbGci",
    "eyJraWQi",
    "eyJ0eXAi",
    "eyJzdWIi",
    "__Host-sd-access=",
    "__Secure-sd-refresh=",
    "__Host-sd-try-",
    "code=",
    "state=",
    "refresh_token=",
    "X-Amz-Signature=",
    "Bearer ",
    // How every playback pass begins: the tags of a CBOR Web Token under `COSE_Mac0`.
    "2D3RhE",
    // How every secret of a webhook begins.
    "whsec_",
];

impl Site {
    /// Searches everything that every part has logged.
    fn check_log(&self) {
        let log = std::fs::read(self.data.join("up.log")).unwrap_or_default();
        let password = self.text("password");
        for line in String::from_utf8_lossy(&log).lines() {
            // What `up` announces to the person in front of it.
            let announced = line == format!("  password  {password}");
            let secret =
                SECRETS.into_iter().chain([password]).find(|secret| !secret.is_empty() && line.contains(secret));
            assert!(announced || secret.is_none(), "the log holds {}: {line}", secret.unwrap_or_default());
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let stopped = self.stop();
            if stopped.is_err() {
                let _ = self.signal("KILL", true);
                let _ = self.process.wait();
            }
        }
        if !std::thread::panicking() {
            self.check_log();
        }
    }
}

/// The answer to an announced upload.
pub struct Announced(Value);

impl Announced {
    /// The medium's id.
    pub fn id(&self) -> &str {
        self.0.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// The presigned address.
    pub fn url(&self) -> &str {
        self.0.get("url").and_then(Value::as_str).unwrap_or_default()
    }

    /// The headers that were signed, less those that an HTTP client sets itself.
    pub fn headers(&self) -> Vec<(&str, &str)> {
        let all = self.0.get("headers").and_then(Value::as_object).into_iter().flatten();
        let own = |name: &str| name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("host");
        all.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).filter(|(name, _)| !own(name)).collect()
    }
}

/// Sends a signal to a process id, or with `-` in front to a group.
pub fn kill(signal: &str, target: &str) -> Result<()> {
    let status = Command::new("kill").args(["-s", signal, "--", target]).status()?;
    ensure!(status.success(), "kill -s {signal} {target}: {status}");
    Ok(())
}

/// The living children of a process: id and command line.
pub fn children(parent: u32) -> Result<Vec<(u32, String)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process may end between listing and reading.
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let is_child = fields.get(1).and_then(|field| field.parse().ok()) == Some(parent);
        if is_child && fields.first() != Some(&"Z") {
            let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            found.push((pid, command.replace('\0', " ")));
        }
    }
    Ok(found)
}

/// Whether a process is there and no zombie.
pub fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}

/// Asks again and again until there is an answer, or the time is over.
pub fn wait_for<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let until = Instant::now() + limit;
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        ensure!(Instant::now() < until, "waited {} s for {what}", limit.as_secs());
        // Between two questions, not instead of one.
        #[allow(clippy::disallowed_methods)]
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The first of three ports in a row that are free.
fn free_ports() -> Result<u16> {
    let free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    for _ in 0..100 {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        if port < 65_000 && (port..port + 3).all(free) {
            return Ok(port);
        }
    }
    bail!("no three free ports in a row")
}
