//! The lists of SDK calls, by which terraform/check/iam.py judges what each function may do, are the calls that the code makes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use end_to_end::root;

/// Where each client is used, and the file with its list, as `terraform/check/sdk_calls.py` reads it.
const CLIENTS: [(&str, &str); 7] = [
    ("catalog/src/dynamo", "client.rs"),
    ("origin/src/objects", "mod.rs"),
    ("origin/src/identity", "mod.rs"),
    ("origin/lambda/src/secret.rs", ""),
    ("processors/src/object_store.rs", ""),
    ("processors/mp4/src/s3", "mod.rs"),
    ("processors/src/notify/topic.rs", ""),
];

#[test]
fn every_call_of_a_client_is_listed_and_every_listed_call_is_made() {
    for (place, file) in CLIENTS {
        let place = root().join(place);
        let list = if file.is_empty() { place.clone() } else { place.join(file) };
        let listed = listed_in(&read(&list));
        let made: BTreeSet<String> = sources(&place).iter().flat_map(|path| calls_in(&read(path))).collect();
        let unique: BTreeSet<String> = listed.iter().cloned().collect();
        assert_eq!(unique.len(), listed.len(), "{}: a call is listed twice", list.display());
        assert_eq!(made, unique, "{}: left, the calls that are made; right, those in CALLS", list.display());
    }
}

#[test]
fn no_deployed_program_calls_aws_elsewhere() {
    let folders = [
        "catalog/src",
        "origin/src",
        "origin/lambda/src",
        "processors/src",
        "processors/frames/src",
        "processors/jpeg/src",
        "processors/mp4/src",
        "processors/pictures/src",
        "edge-auth",
        "sniff/src",
    ];
    let known: Vec<PathBuf> = CLIENTS.iter().map(|(place, _)| root().join(place)).collect();
    let calls: BTreeSet<String> = CLIENTS
        .iter()
        .flat_map(|(place, file)| {
            listed_in(&read(&if file.is_empty() { root().join(place) } else { root().join(place).join(file) }))
        })
        .collect();
    let mut seen = 0;
    for path in folders.iter().flat_map(|folder| sources(&root().join(folder))) {
        if calls_in(&read(&path)).iter().any(|call| calls.contains(call)) {
            let at = path.display();
            assert!(known.iter().any(|place| path.starts_with(place)), "{at}: calls AWS, and CLIENTS lacks it");
            seen += 1;
        }
    }
    assert!(seen >= CLIENTS.len(), "{seen} files with calls");
}

/// The calls in `CALLS`: the first text of each pair.
fn listed_in(text: &str) -> Vec<String> {
    let list = text.split_once("pub const CALLS: &[(&str, &[&str])] =").expect("a list CALLS").1;
    let list = list.split_once("];").expect("the end of CALLS").0;
    list.split('(').skip(1).map(|pair| pair.split('"').nth(1).expect("a call's name").to_owned()).collect()
}

/// What follows `client.` or `sdk.`, on this line or the next one, up to a parenthesis: how every call here is written.
fn calls_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for receiver in ["client", "sdk"] {
        for (at, _) in text.match_indices(receiver) {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            if text[..at].ends_with(is_part) {
                continue;
            }
            let Some(rest) = text[at + receiver.len()..].trim_start().strip_prefix('.') else { continue };
            let rest = rest.trim_start();
            let name = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
            if rest[name.len()..].starts_with('(') && !matches!(name, "" | "clone") {
                found.push(name.to_owned());
            }
        }
    }
    found
}

/// The Rust files in a folder and below, or the one file.
fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let all = entries.flat_map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path) } else { vec![path] }
    });
    all.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn calls_are_found_however_they_are_broken_into_lines() {
    let text =
        "self.client.get_item().x(); self\n  .client\n  .query()\n my_client.scan(); sdk.a_field; client .put_item(b)";
    assert_eq!(calls_in(text), ["get_item", "query", "put_item"]);
}
