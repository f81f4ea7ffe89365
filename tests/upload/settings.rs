use std::fs;

use crate::{said, upload};

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("photo.jpg");
    fs::write(&photo, "bytes").unwrap();
    let photo = photo.to_str().unwrap();
    let url = ["--url", "http://127.0.0.1:1"];
    for (arguments, says) in [
        (&[][..], "PATH: expected a file or a folder"),
        (&["none.jpg"], "none.jpg: No such file"),
        (&[photo], "STAGEDOOR_URL"),
        (&[photo, url[0], url[1]], "STAGEDOOR_TOKEN: expected a token, or STAGEDOOR_USER"),
        (&[photo, url[0], url[1], "--user", "ada"], "STAGEDOOR_IDENTITY_URL"),
        (&[photo, "--url", "example.com", "--token", "t"], "--url example.com"),
        (&[photo, "--bucket", "raw", "--region", "r"], "--prefix: --bucket needs OWNER"),
        (&[photo, "--bucket", "raw", "--prefix", "ada"], "--region"),
        (&[photo, photo, url[0], url[1], "--token", "t", "--title", "T"], "--title: expected a single file, found 2"),
        (&[photo, url[0], url[1], "--token", "t", "--poster-time=-1"], "--poster-time"),
        (&[photo, url[0], url[1], "--token", "t", "--certificate", "none.pem"], "none.pem"),
    ] {
        let output = upload(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(says), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn dot_env_holds_settings_and_help_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "STAGEDOOR_TOKEN=a-secret\nSTAGEDOOR_URL=\"http://127.0.0.1:1\"\n").unwrap();
    let help = upload(folder.path()).arg("--help").output().unwrap();
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(help.status.success() && text.contains("stagedoor upload --url"), "{text}");
    assert!(text.contains("Example") && text.contains("STAGEDOOR_TOKEN"), "{text}");
    assert!(!text.contains("a-secret"), "{text}");
    // Both are taken: what is missing now is the file.
    let output = upload(folder.path()).arg("none.jpg").output().unwrap();
    assert!(said(&output).contains("none.jpg"), "{}", said(&output));
    fs::write(folder.path().join(".env"), "STAGEDOOR_TOKEN=a secret with spaces\n").unwrap();
    let output = upload(folder.path()).arg("none.jpg").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains(".env: a line cannot be read") && !said(&output).contains("secret with"));
}
