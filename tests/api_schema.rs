//! The running API and its description, held against each other by schemathesis (PyPI): requests made from the description,
//! with a session and without.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use end_to_end::site::{Options, Site};
use end_to_end::{python, root};

/// What must hold of each answer: the server has not failed, and the description has the status, type, headers and body.
const CONFORMS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                        response_headers_conformance,response_schema_conformance";

#[test]
fn every_answer_is_one_that_the_description_has() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options { sample: false, ..Options::default() }).unwrap();
    let token = site.access_token().unwrap();
    let description = data.path().join("openapi.json");
    std::fs::write(&description, site.api(&token, "/api/openapi.json").unwrap().to_string()).unwrap();
    // The account is left: whoever has none cannot be asked anything more.
    let signed_in = [
        "--header",
        &format!("Authorization: Bearer {token}"),
        "--checks",
        CONFORMS,
        "--exclude-path",
        "/api/account",
        "--max-examples",
        "40",
    ];
    ask(&description, &site, &signed_in);
    // Addresses that are none are refused before anybody looks for a session.
    let stranger =
        ["--checks", "nothing_but_401", "--exclude-path", "/s/open", "--mode", "positive", "--max-examples", "10"];
    ask(&description, &site, &stranger);
}

fn ask(description: &Path, site: &Site, options: &[&str]) {
    let output = Command::new(Path::new(&python()).with_file_name("schemathesis"))
        .arg("run")
        .arg(description)
        .args(["--url", site.url(), "--no-color", "--workers", "1", "--seed", "1", "--generation-database", "none"])
        .args(options)
        .current_dir(description.parent().unwrap())
        .env("PYTHONPATH", root().join("tests"))
        .env("SCHEMATHESIS_HOOKS", "schemathesis_checks")
        .output()
        .expect("schemathesis is installed by ./build.sh test");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}
