//! Playback passes on a running site: they play, they are revoked, and their key is replaced while people watch.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use end_to_end::http::agent;
use end_to_end::site::{Options, Site, is_alive, wait_for};
use end_to_end::{media, stagedoor};
use serde_json::Value;

const SOON: Duration = Duration::from_secs(30);

/// `stagedoor pass …` on a running site's data; what it printed.
fn command(data: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(stagedoor()).arg("pass").args(arguments).arg("--data").arg(data).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Status, the refusal's reason, and `x-cache`.
fn get(url: &str, token: Option<&str>) -> (u16, String, String) {
    let mut request = agent().get(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = request.call().unwrap();
    let header = |name: &str| answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), header("x-stagedoor-reason"), header("x-cache"))
}

fn deployed_kid(data: &Path) -> String {
    let edge: Value = serde_json::from_slice(&std::fs::read(data.join("edge-auth/EDGE.json")).unwrap()).unwrap();
    edge["deployment"]["keys"]["pass"][0]["kid"].as_str().unwrap().to_owned()
}

fn edge_processes(site: &Site) -> Vec<u32> {
    let all = site.function_processes().unwrap();
    all.into_iter().filter(|(_, command)| command.contains("edge-auth")).map(|(pid, _)| pid).collect()
}

#[test]
fn passes_play_are_revoked_and_outlive_a_rotation_under_load() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let mut site = Site::start(data, Options::default()).unwrap();
    let token = site.access_token().unwrap();
    let photo = media::photo(640, 480, data).unwrap();
    let id = site.upload(&token, "photo.jpg", "image/jpeg", &photo).unwrap();
    let medium = site.wait_until_processed(&token, &id).unwrap();
    let path = medium["thumb"].as_str().unwrap_or_else(|| panic!("no thumb in {medium}"));
    let prefix = path.rsplit_once('/').unwrap().0.to_owned() + "/";

    let mint = |sub: &str| {
        let minted = command(data, &["mint", "--for", &prefix, "--sub", sub]);
        let url = format!("{}/p/{}{path}", site.url(), minted["pass"].as_str().unwrap());
        (url, minted["kid"].as_str().unwrap().to_owned())
    };
    // A pass plays without a token, and its object is everybody's.
    let (alice, first_kid) = mint("alice");
    let (bob, _) = mint("bob");
    assert_eq!(deployed_kid(data), first_kid);
    assert_eq!(get(&alice, None), (200, String::new(), "Miss from cloudfront".to_owned()));
    assert_eq!(get(&bob, None).2, "Hit from cloudfront");
    assert_eq!(get(&format!("{}{path}", site.url()), Some(&token)).2, "Hit from cloudfront");
    assert_eq!(get(&format!("{}{path}", site.url()), None).0, 401);
    assert_eq!(get(&alice.replace(&prefix, "/media/another/id/"), None).1, "pass_path");
    assert_eq!(get(&format!("{}/p/garbage{path}", site.url()), None).1, "pass_malformed");

    // The key is replaced while people watch by the old one and by the new one, and others with their tokens.
    let before = edge_processes(&site);
    let (stop, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    let watch = |url: &str, token: Option<&str>| {
        while !stop.load(Ordering::Relaxed) {
            let (status, reason, _) = get(url, token);
            assert_eq!((status, &*reason), (200, ""), "{}", url.get(..40).unwrap_or(url));
            asked.fetch_add(1, Ordering::Relaxed);
        }
    };
    let health = format!("{}/api/media/{id}", site.url());
    let second_kid = std::thread::scope(|scope| {
        // Whatever fails in here, the others are told to stop.
        let _stop = Stop(&stop);
        scope.spawn(|| watch(&alice, None));
        scope.spawn(|| watch(&health, Some(&token)));
        let earlier = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() - 120;
        let added = command(data, &["rotate", "--at", &earlier.to_string()]);
        assert_eq!((added["step"].as_str(), deployed_kid(data)), (Some("add"), first_kid.clone()));
        let promoted = command(data, &["rotate"]);
        assert_eq!(promoted["step"], "promote");
        let (fresh, kid) = mint("bob");
        assert_eq!(promoted["kid"].as_str(), Some(&*kid));
        let watching = scope.spawn(move || watch(&fresh, None));
        wait_for("the new key to be deployed", SOON, || Ok((deployed_kid(data) == kid).then_some(()))).unwrap();
        wait_for("the processes before to end", SOON, || Ok((!before.iter().any(|pid| is_alive(*pid))).then_some(())))
            .unwrap();
        let so_far = asked.load(Ordering::Relaxed);
        wait_for("requests to the new ones", SOON, || Ok((asked.load(Ordering::Relaxed) > so_far + 20).then_some(())))
            .unwrap();
        assert!(!watching.is_finished());
        kid
    });
    assert_ne!(first_kid, second_kid);
    assert_eq!(edge_processes(&site).len(), before.len());

    // A person's passes end with the next request, those of both keys, and nobody else's.
    assert_eq!(get(&bob, None).0, 200);
    command(data, &["revoke", "--sub", "bob"]);
    assert_eq!(get(&bob, None).1, "pass_revoked");
    assert_eq!(get(&alice, None).0, 200);

    // All of it is there after a restart.
    assert!(site.stop().unwrap().success());
    let site = site.start_again().unwrap();
    assert_eq!(deployed_kid(data), second_kid);
    assert_eq!((get(&bob, None).1, get(&alice, None).0), ("pass_revoked".to_owned(), 200));
    let later = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 30 * 86_400;
    assert_eq!(command(data, &["sweep", "--at", &later.to_string()])["left"], 0);
    assert_eq!(get(&bob, None).0, 200);
    drop(site);
}

/// Says stop, however it ends.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
