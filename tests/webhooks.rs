//! Webhooks, from an upload to a receiver written with another maker's library.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use end_to_end::http::agent;
use end_to_end::media;
use end_to_end::python;
use end_to_end::site::{Options, Site, wait_for};
use ring::hmac;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(30);

/// `tests/webhook_receiver.py`, running.
struct Hook {
    process: Child,
    secrets: ChildStdin,
    port: u16,
    requests: Receiver<Value>,
}

impl Hook {
    fn start() -> Self {
        let mut command = Command::new(python());
        command.arg(end_to_end::root().join("tests/webhook_receiver.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().expect("the receiver says its port").unwrap().parse().unwrap();
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { secrets: process.stdin.take().unwrap(), process, port, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Makes the webhook at the site and tells the receiver its secret; id and secret.
    fn register(&mut self, site: &Site, token: &str, path: &str) -> (String, String) {
        let (status, made) = site.post(token, "/api/webhooks", &json!({"url": self.url(path)})).unwrap();
        assert_eq!(status, 201, "{made}");
        let secret = made["secret"].as_str().unwrap().to_owned();
        writeln!(self.secrets, "{secret}").unwrap();
        (made["id"].as_str().unwrap().to_owned(), secret)
    }

    /// The next request that came in.
    fn request(&self) -> Value {
        self.requests.recv_timeout(SOON).expect("a request comes in")
    }

    /// Sends a request of one's own; the receiver's status and its reason.
    fn post(&self, path: &str, id: &str, timestamp: &str, signature: &str, body: &str) -> (u16, String) {
        let request = agent().post(self.url(path)).header("webhook-id", id).header("webhook-timestamp", timestamp);
        let answer = request.header("webhook-signature", signature).send(body).unwrap();
        let seen = self.request();
        (answer.status().as_u16(), seen["why"].as_str().unwrap().to_owned())
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The signature of the specification, in this test's own words.
fn signed(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes())))
}

fn header<'v>(request: &'v Value, name: &str) -> &'v str {
    request["headers"][name].as_str().unwrap()
}

/// The webhook's one delivery, once it has ended.
fn ended(site: &Site, token: &str, webhook: &str) -> Value {
    wait_for("the delivery to end", SOON, || {
        let log = site.api(token, &format!("/api/webhooks/{webhook}/deliveries"))?;
        assert_eq!(log["items"].as_array().unwrap().len(), 1, "{log}");
        Ok((log["items"][0]["status"] != "pending").then(|| log["items"][0].clone()))
    })
    .unwrap()
}

#[test]
fn a_receiver_hears_of_an_upload_and_takes_no_replay() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let token = site.access_token().unwrap();
    let mut hook = Hook::start();
    let (webhook, secret) = hook.register(&site, &token, "/hook");
    let photo = media::photo(640, 480, data.path()).unwrap();
    let media = site.upload(&token, "photo.jpg", "image/jpeg", &photo).unwrap();

    let request = hook.request();
    assert_eq!((&request["status"], &request["why"]), (&json!(204), &json!("taken")));
    let (id, timestamp, body) =
        (header(&request, "webhook-id"), header(&request, "webhook-timestamp"), request["body"].as_str().unwrap());
    let message: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&message["event"], &message["id"]), (&json!("media.ready"), &json!(id)));
    assert_eq!((&message["media"]["id"], &message["media"]["status"]), (&json!(media), &json!("ready")));
    let medium = site.api(&token, &format!("/api/media/{media}")).unwrap();
    assert_eq!(message["media"]["links"]["content"], medium["content"]);

    let logged = ended(&site, &token, &webhook);
    assert_eq!((&logged["id"], &logged["subject"]), (&json!(id), &json!(media)));
    assert_eq!((&logged["status"], &logged["attempt"]), (&json!("delivered"), &json!(1)));
    assert_eq!((&logged["answer"], logged["answered_at"].is_string()), (&json!("204"), true));

    // Somebody who saw the request sends it again, or under another id, or with another body.
    let signature = header(&request, "webhook-signature");
    assert_eq!(hook.post("/hook", id, timestamp, signature, body), (409, "replayed".to_owned()));
    assert_eq!(hook.post("/hook", "another", timestamp, signature, body).0, 401);
    assert_eq!(hook.post("/hook", id, timestamp, signature, &body.replace("ready", "failed")).0, 401);
    // An old one is refused for its age alone: the same is taken when it is young.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (old, young) = ((now - 600).to_string(), now.to_string());
    let answer = hook.post("/hook", "kept", &old, &signed(&secret, "kept", &old, body), body);
    assert_eq!(answer, (401, "Message timestamp too old".to_owned()));
    assert_eq!(hook.post("/hook", "kept", &young, &signed(&secret, "kept", &young, body), body).0, 204);

    // The title's end was told once, by whatever ways the upload was seen to have arrived.
    assert!(hook.requests.try_recv().is_err());
}

#[test]
fn a_receiver_that_fails_twice_gets_it_the_third_time() {
    let data = tempfile::tempdir().unwrap();
    let environment = vec![("STAGEDOOR_WEBHOOK_PAUSES".to_owned(), "1,1".to_owned())];
    let site = Site::start(data.path(), Options { environment, ..Options::default() }).unwrap();
    let token = site.access_token().unwrap();
    let mut hook = Hook::start();
    let (webhook, _) = hook.register(&site, &token, "/fails/2");
    let media = site.upload(&token, "notes.jpg", "image/jpeg", b"\xFF\xD8\xFF\xE0 no picture").unwrap();

    let requests = [hook.request(), hook.request(), hook.request()];
    assert_eq!(requests.each_ref().map(|request| request["status"].as_u64().unwrap()), [500, 500, 204]);
    let ids = requests.each_ref().map(|request| header(request, "webhook-id").to_owned());
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let message: Value = serde_json::from_str(requests[2]["body"].as_str().unwrap()).unwrap();
    assert_eq!((&message["event"], &message["media"]["id"]), (&json!("media.failed"), &json!(media)));
    assert!(message["media"]["reason"].is_string(), "{message}");
    let logged = ended(&site, &token, &webhook);
    assert_eq!((&logged["status"], &logged["attempt"]), (&json!("delivered"), &json!(3)));
    assert_eq!((&logged["id"], &logged["event"]), (&json!(ids[0]), &json!("media.failed")));
}

#[test]
fn a_test_is_sent_and_a_receiver_that_is_not_there_shows_in_the_log() {
    let data = tempfile::tempdir().unwrap();
    let environment = vec![("STAGEDOOR_WEBHOOK_PAUSES".to_owned(), "0".to_owned())];
    let site = Site::start(data.path(), Options { environment, ..Options::default() }).unwrap();
    let token = site.access_token().unwrap();
    let mut hook = Hook::start();
    let (webhook, _) = hook.register(&site, &token, "/hook");
    let test = |webhook: &str| site.post(&token, &format!("/api/webhooks/{webhook}/test"), &json!({})).unwrap();
    assert_eq!(test(&webhook).0, 202);
    let message: Value = serde_json::from_str(hook.request()["body"].as_str().unwrap()).unwrap();
    assert_eq!((&message["event"], &message["media"]), (&json!("test"), &Value::Null));

    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (_, made) = site.post(&token, "/api/webhooks", &json!({"url": format!("http://{nobody}/")})).unwrap();
    let webhook = made["id"].as_str().unwrap();
    assert_eq!(test(webhook).0, 202);
    let logged = ended(&site, &token, webhook);
    assert_eq!((&logged["status"], &logged["attempt"]), (&json!("failed"), &json!(2)));
    assert_eq!((&logged["answer"], &logged["next_attempt_at"]), (&json!("unreachable"), &Value::Null));
}
