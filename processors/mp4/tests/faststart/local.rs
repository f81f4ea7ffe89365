//! Faststart of local files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mp4_front::faststart::{Outcome, Verdict, file};
use mp4_front::{Error, Limits};

use crate::support::atoms::cut;
use crate::support::{corpus, framecrc};

fn names(directory: &std::path::Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn in_place_and_without_leftovers() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("film.mp4");
    fs::copy(corpus::path("plain.mp4"), &path).unwrap();
    let before = framecrc(&path, &[]);
    assert!(matches!(file(&path, &path, Limits::default()).unwrap().verdict, Verdict::Move(_)));
    assert_eq!(framecrc(&path, &[]), before);
    assert_eq!(file(&path, &path, Limits::default()).unwrap().verdict, Verdict::AlreadyFront);
    assert_eq!(names(directory.path()), ["film.mp4"]);
    // As readable as any new file is here, which a temporary one is not.
    let other = directory.path().join("other");
    fs::write(&other, "").unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&other));
}

#[test]
fn what_stays_is_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let output = directory.path().join("out.mp4");
    for (name, verdict) in [("front.mp4", Verdict::AlreadyFront), ("fragments.mp4", Verdict::Fragmented)] {
        assert_eq!(file(&corpus::path(name), &output, Limits::default()).unwrap().verdict, verdict);
    }
    assert_eq!(names(directory.path()), Vec::<String>::new());
}

#[test]
fn files_that_are_not_there_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let error =
        file(&directory.path().join("none.mp4"), &directory.path().join("out.mp4"), Limits::default()).unwrap_err();
    assert!(matches!(error, Error::Read(_)), "{error}");
    let error = file(directory.path(), &directory.path().join("out.mp4"), Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "the file could not be read: expected an ordinary file");
    let output = directory.path().join("none/out.mp4");
    let error = file(&corpus::path("plain.mp4"), &output, Limits::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("none/out.mp4 could not be written: "), "{text}");
}

#[test]
fn the_work_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let output = directory.path().join("out.mp4");
    let input = corpus::path("plain.mp4");
    let Outcome { verdict: Verdict::Move(plan), work } = file(&input, &output, Limits::default()).unwrap() else {
        panic!("not moved");
    };
    let bytes = corpus::bytes("plain.mp4");
    let untouched = bytes.len() - cut(&bytes, "moov").len() - cut(&bytes, "ftyp").len();
    let (head, size) = (plan.head().len() as u64, fs::metadata(&output).unwrap().len());
    assert_eq!((work.bytes_written, work.bytes_copied), (head, untouched as u64));
    assert_eq!((work.bytes_written + work.bytes_copied, work.parts), (size, 0));
    assert!(work.requests > 0 && work.bytes_read >= head, "{work:?}");
}
