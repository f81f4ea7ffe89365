//! An API client of another language: boto3 signs in at the local identity, and its token passes the edge.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

use end_to_end::site::{Options, Site};
use end_to_end::{python, root};

#[test]
fn boto3_signs_in_and_its_token_passes_the_edge() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let output = Command::new(python())
        .arg(root().join("tests/boto3_identity.py"))
        .args([site.text("identity"), site.url(), site.text("api_client")])
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}
