use std::fs;
use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use end_to_end::media;
use end_to_end::site::{Options, Site, wait_for};
use serde_json::{Value, json};

use crate::resume::original;
use crate::{Running, done, lines, said, sha256, upload, upload_to};

const LONG: Duration = Duration::from_secs(60);

#[test]
fn a_folder_is_sent_once() {
    let folder = tempfile::tempdir().unwrap();
    let (data, memory, photos) =
        (folder.path().join("data"), folder.path().join("memory"), folder.path().join("photos"));
    for made in [&data, &memory, &photos.join("2024")] {
        fs::create_dir_all(made).unwrap();
    }
    let photo = media::photo(800, 600, folder.path()).unwrap();
    fs::write(photos.join("one.jpg"), &photo).unwrap();
    fs::write(photos.join("2024/two.JPG"), media::photo(400, 300, folder.path()).unwrap()).unwrap();
    fs::write(photos.join("notes.txt"), "no medium").unwrap();
    let site = Site::start(&data, Options { token_seconds: Some(10), ..Options::default() }).unwrap();
    let command = || {
        let mut command = upload_to(&site, &memory);
        command.arg(&photos).args(["--comment", "From the shore"]);
        command
    };
    let sent = done(command());
    let states = |lines: &[Value]| lines.iter().map(|line| line["status"].clone()).collect::<Vec<_>>();
    assert_eq!(states(&sent), [json!("uploaded"), json!("uploaded")], "{sent:?}");
    let token = site.access_token().unwrap();
    for line in &sent {
        let medium = site.wait_until_processed(&token, line["id"].as_str().unwrap()).unwrap();
        assert_eq!((&medium["status"], &medium["comment"]), (&json!("ready"), &json!("From the shore")));
    }
    let one = sent.iter().find(|line| line["path"].as_str().unwrap().ends_with("/one.jpg")).unwrap();
    assert_eq!(sha256(&original(&data, one["id"].as_str().unwrap())), sha256(&photos.join("one.jpg")));
    let again = done(command());
    assert_eq!(states(&again), [json!("there"), json!("there")]);
    // A memory that is lost costs time alone, and nothing that was deleted stays known.
    let deleted = ureq_delete(&site, one["id"].as_str().unwrap());
    assert_eq!(deleted, 204);
    let third = done(command());
    let state =
        |path: &str| third.iter().find(|l| l["path"].as_str().unwrap().ends_with(path)).unwrap()["status"].clone();
    assert_eq!((state("one.jpg"), state("two.JPG")), (json!("uploaded"), json!("there")));
}

fn done_status(output: &std::process::Output) -> String {
    lines(output)[0]["status"].as_str().unwrap().to_owned()
}

fn ureq_delete(site: &Site, id: &str) -> u16 {
    let token = site.access_token().unwrap();
    let delete = end_to_end::http::agent().delete(format!("{}/api/media/{id}", site.url()));
    delete.header("authorization", format!("Bearer {token}")).call().unwrap().status().as_u16()
}

#[test]
fn what_the_site_refuses_is_said_and_counts_as_failed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, memory) = (folder.path().join("data"), folder.path().join("memory"));
    for made in [&data, &memory] {
        fs::create_dir_all(made).unwrap();
    }
    fs::write(folder.path().join("story.mp4"), "%PDF-1.7 and no film at all").unwrap();
    fs::write(folder.path().join("photo.jpg"), media::photo(200, 100, folder.path()).unwrap()).unwrap();
    fs::write(folder.path().join("empty.png"), "").unwrap();
    let site = Site::start(&data, Options::default()).unwrap();
    let mut command = upload_to(&site, &memory);
    let output = command.args(["../story.mp4", "../photo.jpg", "../empty.png"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let mut lines = lines(&output);
    lines.sort_by_key(|line| line["path"].to_string());
    let state = |line: usize| lines[line]["status"].as_str().unwrap();
    assert_eq!((state(0), state(1)), ("failed", "uploaded"));
    assert!(lines[0]["error"].as_str().unwrap().contains("empty_file"), "{}", lines[0]);
    let again = || upload_to(&site, &memory).arg("../story.mp4").output().unwrap();
    if state(2) == "failed" {
        assert!(lines[2]["error"].as_str().unwrap().contains("not_media"), "{}", lines[2]);
        // The site has the file and will not show it: it is not sent again, and no better for it.
        let titles =
            || site.api(&site.access_token().unwrap(), "/api/media").unwrap()["items"].as_array().unwrap().len();
        let before = titles();
        let output = again();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        // By the app's word or by dispatch's, whichever was there first.
        let words = ["neither a photo nor a film", "neither a picture nor a film"];
        assert!(words.iter().any(|words| said(&output).contains(words)), "{}", said(&output));
        assert_eq!(titles(), before);
    } else {
        // The processors looked at it before it could be completed.
        let token = site.access_token().unwrap();
        let medium = site.wait_until_processed(&token, lines[2]["id"].as_str().unwrap()).unwrap();
        assert_eq!(medium["status"], "failed");
        assert_eq!(done_status(&again()), "there");
    }

    let mut command = upload(&memory);
    command.args(["../photo.jpg", "--url", site.url(), "--token", "not.a.token"]).env("STAGEDOOR_LOG", "debug");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("STAGEDOOR_TOKEN") && !said(&output).contains("not.a.token"), "{}", said(&output));
}

#[test]
fn a_watched_folder_is_sent_as_it_fills() {
    let folder = tempfile::tempdir().unwrap();
    let (data, memory, camera) =
        (folder.path().join("data"), folder.path().join("memory"), folder.path().join("camera"));
    for made in [&data, &memory, &camera] {
        fs::create_dir_all(made).unwrap();
    }
    let photo = media::photo(300, 200, folder.path()).unwrap();
    let site = Site::start(&data, Options::default()).unwrap();
    let mut command = upload_to(&site, &memory);
    let mut child = Running(command.arg("--watch").arg(&camera).spawn().unwrap());
    let mut heard = BufReader::new(child.0.stderr.take().unwrap());
    let mut line = String::new();
    heard.read_line(&mut line).unwrap();
    assert!(line.contains("Watching"), "{line}");
    fs::create_dir(camera.join("today")).unwrap();
    fs::write(camera.join("today/new.jpg"), &photo).unwrap();
    let mut out = BufReader::new(child.0.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["status"], "uploaded", "{line}");
    assert!(line["path"].as_str().unwrap().ends_with("camera/today/new.jpg"));
    end_to_end::site::kill("INT", &child.0.id().to_string()).unwrap();
    let ended = wait_for("it to end", LONG, || Ok(child.0.try_wait()?)).unwrap();
    assert!(ended.success());
}

#[test]
fn a_film_is_prepared_before_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (data, memory) = (folder.path().join("data"), folder.path().join("memory"));
    for made in [&data, &memory] {
        fs::create_dir_all(made).unwrap();
    }
    let film = media::film(3, folder.path()).unwrap();
    fs::write(folder.path().join("holiday.mp4"), &film).unwrap();
    let site = Site::start(&data, Options::default()).unwrap();
    let mut command = upload_to(&site, &memory);
    command.args(["../holiday.mp4", "--prepare", "--poster-time", "1.5", "--title", "On the shore"]);
    let line = done(command).remove(0);
    let sent = fs::read(original(&data, line["id"].as_str().unwrap())).unwrap();
    let position = |name: &[u8]| sent.windows(4).position(|w| w == name).unwrap();
    assert!(position(b"moov") < position(b"mdat"));
    assert!(fs::read(line["poster"].as_str().unwrap()).unwrap().starts_with(&[0xff, 0xd8]));
    let token = site.access_token().unwrap();
    assert_eq!(
        site.api(&token, &format!("/api/media/{}", line["id"].as_str().unwrap())).unwrap()["title"],
        "On the shore"
    );
}
