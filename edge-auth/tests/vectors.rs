//! Public vectors, which are not part of the project: read where `STAGEDOOR_VECTORS` names their directory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

use edge_auth::event::Event;
use serde_json::Value;

#[test]
fn the_example_events_of_the_developer_guide_are_read_without_loss() {
    let Some(directory) = std::env::var_os("STAGEDOOR_VECTORS") else {
        eprintln!("skipped: STAGEDOOR_VECTORS is not set");
        return;
    };
    let mut read = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&directory).join("cloudfront-events")).unwrap() {
        let path = entry.unwrap().path();
        // The Function's events have another shape; they are for the CloudFront Function.
        if !path.file_name().unwrap().to_string_lossy().starts_with("lambda-") {
            continue;
        }
        let whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let event: Event = serde_json::from_value(whole.clone()).unwrap();
        assert_eq!(serde_json::to_value(event).unwrap(), whole, "{}", path.display());
        read += 1;
    }
    assert!(read >= 3);
}
