//! The packaged function and an issuer's key endpoint that is down, slow, wrong, endless or somewhere else: how often it is
//! asked, how long a viewer waits, and who gets in meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use end_to_end::dist;
use local::runtime::{Function, FunctionConfig};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};

const ISSUER: &str = "https://issuer.example";
const TEN_MEGABYTES: usize = 10 * 1024 * 1024;

struct Key(RsaKeyPair);

impl Key {
    fn new() -> Self {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        Self(RsaKeyPair::from_pkcs8(key.to_pkcs8_der().unwrap().as_bytes()).unwrap())
    }

    fn jwks(&self, kid: &str) -> Value {
        let public: ring::rsa::PublicKeyComponents<Vec<u8>> = self.0.public().into();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": number(&public.n), "e": number(&public.e)}]})
    }

    /// An event with a good access token that names this key.
    fn event(&self, kid: &str) -> Vec<u8> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({"iss": ISSUER, "sub": "alice", "token_use": "access", "client_id": "c", "exp": now + 900});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"alg": "RS256", "kid": kid})), part(&claims));
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        let bearer = format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        json!({"Records": [{"cf": {"request": {"uri": "/a", "method": "GET", "headers": {"authorization": [{"value": bearer}]}}}}]})
            .to_string()
            .into_bytes()
    }
}

/// An endpoint on a port of its own, and how often it was asked.
struct Endpoint {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Endpoint {
    /// `answer` writes the whole response to whoever has asked.
    fn new(answer: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let head = BufReader::new(stream.try_clone().unwrap())
                    .lines()
                    .take_while(|l| l.as_ref().is_ok_and(|l| !l.is_empty()));
                if head.count() > 0 {
                    count.fetch_add(1, Ordering::SeqCst);
                    // A function that has heard enough hangs up.
                    let _ = answer(&mut stream);
                }
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n")?;
    stream.write_all(body)
}

async fn function(directory: &Path, jwks: &Value, jwks_uri: &str) -> Function {
    std::fs::create_dir_all(directory).unwrap();
    std::fs::copy(dist().join("edge-auth/bootstrap"), directory.join("bootstrap")).unwrap();
    let edge = json!({
        "policy": {"version": 1, "sign_in": {"mode": "none"}, "routes": [{"path": "/*", "allow": "signed_in", "origin": "app"}]},
        "deployment": {"issuers": [{"kind": "cognito", "issuer": ISSUER, "clients": ["c"], "jwks": jwks, "jwks_uri": jwks_uri}]}});
    std::fs::write(directory.join("EDGE.json"), edge.to_string()).unwrap();
    Function::start(FunctionConfig {
        name: "edge-auth".to_owned(),
        command: vec![directory.join("bootstrap").into()],
        working_dir: Some(directory.to_owned()),
        env: Vec::new(),
        concurrency: 1,
        timeout: Duration::from_secs(5),
        memory_mb: 128,
    })
    .await
    .unwrap()
}

/// `forward`, or the reason of the refusal.
async fn decision(function: &Function, event: Vec<u8>) -> String {
    let answer: Value = serde_json::from_slice(&function.invoke(event.into()).await.unwrap()).unwrap();
    let reason = answer.pointer("/headers/x-stagedoor-reason/0/value").and_then(Value::as_str);
    reason.unwrap_or("forward").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_of_no_use_is_asked_once_and_keeps_nobody_waiting_or_out() {
    let directory = tempfile::tempdir().unwrap();
    let (known, unknown) = (Key::new(), Key::new());
    let elsewhere = {
        let good = unknown.jwks("new").to_string();
        Endpoint::new(move |stream| respond(stream, "200 OK", "", good.as_bytes()))
    };
    let to = format!("location: {}\r\n", elsewhere.url);
    let cases: [(&str, Endpoint); 5] = [
        (
            "slow",
            Endpoint::new(|stream| {
                // Holds the line until the other side hangs up.
                let _ = std::io::copy(stream, &mut std::io::sink());
                Ok(())
            }),
        ),
        ("garbage", Endpoint::new(|stream| stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n"))),
        ("an error", Endpoint::new(|stream| respond(stream, "500 Internal Server Error", "", b"{}"))),
        ("ten megabytes", Endpoint::new(|stream| respond(stream, "200 OK", "", &vec![b' '; TEN_MEGABYTES]))),
        ("redirecting", Endpoint::new(move |stream| respond(stream, "302 Found", &to, b""))),
    ];
    for (what, endpoint) in cases {
        let function =
            function(&directory.path().join(what.replace(' ', "-")), &known.jwks("old"), &endpoint.url).await;
        let started = Instant::now();
        assert_eq!(decision(&function, unknown.event("new")).await, "key_unknown", "{what}");
        assert!(started.elapsed() < Duration::from_secs(4), "{what}: a viewer waited {:?}", started.elapsed());
        for _ in 0..20 {
            assert_eq!(decision(&function, known.event("old")).await, "forward", "{what}");
            assert_eq!(decision(&function, unknown.event("new")).await, "key_unknown", "{what}");
        }
        assert_eq!(endpoint.asked(), 1, "{what}");
        function.stop().await;
    }
    assert_eq!(elsewhere.asked(), 0, "a redirect was followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_down_and_a_thousand_unknown_keys_cost_one_fetch_in_ten_seconds() {
    let directory = tempfile::tempdir().unwrap();
    let (known, unknown) = (Key::new(), Key::new());
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let down =
        function(&directory.path().join("down"), &known.jwks("old"), &format!("http://{nobody}/jwks.json")).await;
    assert_eq!(decision(&down, unknown.event("new")).await, "key_unknown");
    assert_eq!(decision(&down, known.event("old")).await, "forward");
    down.stop().await;

    let answer = known.jwks("old").to_string();
    let endpoint = Endpoint::new(move |stream| respond(stream, "200 OK", "", answer.as_bytes()));
    let function = function(&directory.path().join("flood"), &known.jwks("old"), &endpoint.url).await;
    let started = Instant::now();
    let event = String::from_utf8(unknown.event("new")).unwrap();
    for n in 0..1000 {
        // Another header each time; the signature is never reached.
        let header = |kid: &str| URL_SAFE_NO_PAD.encode(json!({"alg": "RS256", "kid": kid}).to_string());
        let event = event.replace(&header("new"), &header(&format!("new-{n}")));
        assert_eq!(decision(&function, event.into_bytes()).await, "key_unknown");
    }
    let allowed = 1 + usize::try_from(started.elapsed().as_secs() / 10).unwrap();
    assert!((1..=allowed).contains(&endpoint.asked()), "{} fetches in {:?}", endpoint.asked(), started.elapsed());
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_issuer_has_added_is_fetched_and_lets_in() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (Key::new(), Key::new());
    let answer = new.jwks("new").to_string();
    let endpoint = Endpoint::new(move |stream| respond(stream, "200 OK", "", answer.as_bytes()));
    let function = function(directory.path(), &old.jwks("old"), &endpoint.url).await;
    assert_eq!(decision(&function, old.event("old")).await, "forward");
    assert_eq!(decision(&function, new.event("new")).await, "forward");
    assert_eq!(decision(&function, old.event("old")).await, "key_unknown", "a withdrawn key still counts");
    assert_eq!(endpoint.asked(), 1);
    function.stop().await;
}
