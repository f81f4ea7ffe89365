//! What faststart is for, in a real Chromium: of a film that is half loaded, the one whose index is in front plays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use end_to_end::browser::Browser;
use end_to_end::{artefacts, media, stagedoor};
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

/// Serves a page at `/` and a film at any other address: its first half, and then nothing more, with the connection left open. It knows
/// no ranges, so that nobody can look for an index at the film's end.
fn serve(film: Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (film, sent) = (Arc::new(film), Arc::<AtomicUsize>::default());
    let counted = Arc::clone(&sent);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (film, counted) = (Arc::clone(&film), Arc::clone(&counted));
            std::thread::spawn(move || answer(stream, &film, &counted));
        }
    });
    (url, sent)
}

fn answer(mut stream: TcpStream, film: &[u8], sent: &AtomicUsize) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    if head.starts_with(b"GET / ") {
        let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5\r\nconnection: close\r\n\r\nfilm\n";
        return stream.write_all(page.as_bytes()).ok();
    }
    let length = film.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    let mut at = 0;
    for piece in film[..length / 2].chunks(16 * 1024) {
        stream.write_all(piece).ok()?;
        at += piece.len();
        sent.fetch_max(at, Ordering::SeqCst);
    }
    // Until whoever asked goes away.
    let _ = stream.read(&mut [0]);
    None
}

async fn open(browser: &Browser, url: &str) {
    browser.client.goto(&format!("{url}/")).await.unwrap();
    let player = "const video = document.createElement('video'); video.muted = true; video.src = '/film.mp4'; \
                  document.body.replaceChildren(video); video.play().catch(() => {})";
    browser.script(player, Vec::new()).await.unwrap();
}

fn made(command: &str, from: &Path, to: &Path) {
    let output = Command::new(stagedoor()).arg(command).args([from, to]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_plays_before_it_is_loaded_whole() {
    let directory = tempfile::tempdir().unwrap();
    let behind = media::film(60, directory.path()).unwrap();
    let source = directory.path().join("film.mp4");
    let front = directory.path().join("front.mp4");
    made("faststart", &source, &front);
    made("video", &source, &directory.path().join("renditions"));
    let browser = Browser::start(&artefacts("films")).await.unwrap();
    let video = "const video = document.querySelector('video');";
    for (name, film) in [("faststart", &front), ("rendition", &directory.path().join("renditions/video.mp4"))] {
        let (url, sent) = serve(std::fs::read(film).unwrap());
        open(&browser, &url).await;
        let plays = format!("{video} return video.currentTime > 0.5 && video.videoWidth");
        assert_eq!(browser.until(&format!("{name} to play"), SOON, &plays).await.unwrap(), json!(640));
        assert!(sent.load(Ordering::SeqCst) <= behind.len() / 2 + 1, "{name}: no more than half was sent");
        let length = browser.script(&format!("{video} return Math.round(video.duration)"), Vec::new()).await.unwrap();
        assert_eq!(length, json!(60), "{name}: its length is known");
    }
    browser.screenshot("01-half-loaded").await.unwrap();

    let half = behind.len() / 2;
    let (url, sent) = serve(behind);
    open(&browser, &url).await;
    let state = format!("{video} return [video.readyState, video.networkState]");
    while sent.load(Ordering::SeqCst) < half {
        browser.script(&state, Vec::new()).await.unwrap();
    }
    let state = browser.script(&state, Vec::new()).await.unwrap();
    assert_eq!(state[0], json!(0), "of the film as it was, half is not enough to know anything: {state}");
    browser.close().await.unwrap();
}
