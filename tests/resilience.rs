//! Processes that die at the worst moment: nothing uploaded is lost, and what was being processed becomes ready.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use end_to_end::http::agent;
use end_to_end::media;
use end_to_end::site::{Options, Site, is_alive, kill, wait_for};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

fn health(site: &Site) -> u16 {
    agent().get(format!("{}/health", site.url())).call().map_or(0, |answer| answer.status().as_u16())
}

/// The ids of a function's processes, as they are now.
fn processes(site: &Site, function: &str) -> Vec<u32> {
    let all = site.function_processes().unwrap();
    all.into_iter()
        .filter(|(_, command)| command.contains(&format!("{function}/bootstrap")))
        .map(|(pid, _)| pid)
        .collect()
}

#[test]
fn a_killed_bootstrap_is_replaced() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let before = processes(&site, "edge-auth");
    assert!(!before.is_empty());
    for pid in &before {
        kill("KILL", &pid.to_string()).unwrap();
    }
    wait_for("the edge to answer again", SOON, || Ok((health(&site) == 200).then_some(()))).unwrap();
    wait_for("as many processes as before", SOON, || {
        let now = processes(&site, "edge-auth");
        Ok((now.len() == before.len() && now.iter().all(|pid| !before.contains(pid))).then_some(()))
    })
    .unwrap();
    for _ in 0..20 {
        assert_eq!(health(&site), 200);
    }
}

#[test]
fn a_killed_processor_begins_again() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let token = site.access_token().unwrap();
    let film = media::film(120, data.path()).unwrap();
    let id = site.upload(&token, "film.mp4", "video/mp4", &film).unwrap();
    wait_for("the film to be taken up", SOON, || {
        let medium = site.api(&token, &format!("/api/media/{id}"))?;
        Ok((medium["status"] == "processing").then_some(()))
    })
    .unwrap();
    for pid in processes(&site, "video") {
        kill("KILL", &pid.to_string()).unwrap();
    }
    assert_eq!(site.wait_until_processed(&token, &id).unwrap()["status"], "ready");
}

#[test]
fn a_power_cut_in_the_middle_of_an_upload_loses_nothing() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let token = site.access_token().unwrap();
    let photo = media::photo(800, 600, data.path()).unwrap();
    let film = media::film(60, data.path()).unwrap();

    // One is ready, one is being processed, one is in the bucket without having been completed, one is half sent.
    let ready = site.upload(&token, "ready.jpg", "image/jpeg", &photo).unwrap();
    site.wait_until_processed(&token, &ready).unwrap();
    let processing = site.upload(&token, "processing.mp4", "video/mp4", &film).unwrap();
    let put_only = site.upload_without_complete(&token, "put-only.jpg", "image/jpeg", &photo).unwrap();
    let half = site.announce_upload(&token, "half.jpg", "image/jpeg", photo.len()).unwrap();
    let half_id = half.id().to_owned();
    let (host, path) = half.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    let headers: String = half.headers().iter().map(|(n, v)| format!("{n}: {v}\r\n")).collect();
    write!(connection, "PUT /{path} HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: {}\r\n\r\n", photo.len())
        .unwrap();
    connection.write_all(&photo[..photo.len() / 2]).unwrap();

    let functions = site.function_processes().unwrap();
    let site = site.kill_and_restart().unwrap();
    assert!(functions.iter().all(|(pid, _)| !is_alive(*pid)), "a process outlived the power cut");

    let token = site.access_token().unwrap();
    for id in [&ready, &processing, &put_only] {
        assert_eq!(site.wait_until_processed(&token, id).unwrap()["status"], "ready", "{id}");
    }
    // The half is no upload: it can be sent again.
    let medium = site.api(&token, &format!("/api/media/{half_id}")).unwrap();
    assert_eq!(medium["status"], "uploading");
    let again = site.upload(&token, "half.jpg", "image/jpeg", &photo).unwrap();
    assert_eq!(site.wait_until_processed(&token, &again).unwrap()["status"], "ready");
}

#[test]
fn killing_up_alone_leaves_no_process_behind() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let functions = site.function_processes().unwrap();
    assert!(functions.len() >= 4, "{functions:?}");
    kill("KILL", &site.process_id().to_string()).unwrap();
    wait_for("every function's process to end", SOON, || {
        Ok(functions.iter().all(|(pid, _)| !is_alive(*pid)).then_some(()))
    })
    .unwrap();
}

#[test]
fn ctrl_c_leaves_no_process_and_a_second_up_finds_everything() {
    let data = tempfile::tempdir().unwrap();
    let mut site = Site::start(data.path(), Options::default()).unwrap();
    let token = site.access_token().unwrap();
    let photo = media::photo(800, 600, data.path()).unwrap();
    let id = site.upload(&token, "photo.jpg", "image/jpeg", &photo).unwrap();
    let before = site.wait_until_processed(&token, &id).unwrap();
    let functions = site.function_processes().unwrap();
    assert!(site.stop().unwrap().success());
    assert!(functions.iter().all(|(pid, _)| !is_alive(*pid)), "Ctrl-C left a process behind");

    let again = site.start_again().unwrap();
    assert_eq!(again.text("password"), site.text("password"));
    // A token of before still counts: keys and users were kept.
    assert_eq!(again.api(&token, &format!("/api/media/{id}")).unwrap(), before);
    let listed: Value = again.api(&token, "/api/media").unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let status = |path: &str, token: Option<&str>| {
        let mut request = agent().get(format!("{}{path}", again.url())).header("range", "bytes=0-9");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.call().unwrap().status().as_u16()
    };
    let path = before.pointer("/renditions/0/url").and_then(Value::as_str).unwrap();
    assert_eq!((status(path, None), status(path, Some(&token))), (401, 206));
    assert_eq!(json!(health(&again)), json!(200));
}
