//! `static`.

use std::collections::BTreeMap;
use std::path::Path;

use super::{lines, run, stderr};

#[test]
fn static_writes_the_files_that_pages_link_to() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("site").display().to_string();
    let output = run(&["static", "--out", &out]);
    assert!(output.status.success(), "{}", stderr(&output));
    // What the app itself links to, and what `up` puts into the site bucket.
    let linked: BTreeMap<String, Vec<u8>> =
        origin::static_files().map(|file| (file.path, file.bytes.into_owned())).collect();
    let mut written = BTreeMap::new();
    collect(Path::new(&out), Path::new(&out), &mut written);
    assert!(linked.keys().any(|path| path.ends_with("/app.css")));
    assert_eq!(written.keys().collect::<Vec<_>>(), linked.keys().collect::<Vec<_>>());
    assert!(written == linked, "a file's content differs");
    let said = &lines(&output)[0];
    let mut listed: Vec<&str> = said["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    listed.sort_unstable();
    assert_eq!(listed, linked.keys().collect::<Vec<_>>());

    let again = run(&["static", "--out", &out]);
    assert!(again.status.success(), "{}", stderr(&again));
    let file = directory.path().join("a-file").display().to_string();
    std::fs::write(&file, "").unwrap();
    let refused = run(&["static", "--out", &file]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("a-file/static"), "{}", stderr(&refused));
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
}
