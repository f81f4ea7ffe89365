//! The packaged video function where there is nothing but its zip and glibc: a directory tree that it takes for the whole file system.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use catalog::{Media, MediaId, MediaStore as _, NewMedia, Source, SqliteCatalog, Status};
use end_to_end::{dist, media};
use local::objects::{Objects, ObjectsConfig};
use local::runtime::{Function, FunctionConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// glibc, and what its package cannot be without (libgcc-s1; in Amazon Linux libgcc).
const LIBRARIES: [&str; 4] = [
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib/x86_64-linux-gnu/libm.so.6",
    "/lib/x86_64-linux-gnu/libgcc_s.so.1",
];

/// Unpacks the zip to where Lambda has it, beside the libraries and what Lambda's system has of its own.
fn tree(at: &Path) {
    let task = at.join("var/task");
    for made in [&task, &at.join("proc"), &at.join("tmp"), &at.join("dev"), &at.join("data")] {
        fs::create_dir_all(made).unwrap();
    }
    for library in LIBRARIES {
        let to = at.join(library.trim_start_matches('/'));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(library, to).unwrap();
    }
    // A device wants a superuser; to be read from, this is the same.
    fs::write(at.join("dev/null"), "").unwrap();
    let zip = dist().join("video.zip");
    let unpacked = Command::new("/usr/bin/python3").args(["-m", "zipfile", "-e"]).args([&zip, &task]).status().unwrap();
    assert!(unpacked.success());
    // Python's zipfile leaves out what Lambda does not: that it may be run.
    fs::set_permissions(task.join("bootstrap"), fs::Permissions::from_mode(0o755)).unwrap();
}

async fn objects(root: &Path) -> String {
    let config = ObjectsConfig {
        root: root.to_owned(),
        access_key: "AKID".to_owned(),
        secret_key: "the secret".to_owned(),
        buckets: vec!["raw".to_owned(), "media".to_owned()],
        allow_origins: Vec::new(),
    };
    let (sender, _) = tokio::sync::mpsc::unbounded_channel();
    let objects = Objects::open(config, sender).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(objects.serve(listener));
    endpoint
}

async fn function(tree: &Path, endpoint: &str) -> Function {
    let environment = [
        ("STAGEDOOR_CATALOG", "sqlite:/data/catalog.db"),
        ("STAGEDOOR_RAW_BUCKET", "raw"),
        ("STAGEDOOR_MEDIA_BUCKET", "media"),
        ("AWS_ENDPOINT_URL_S3", endpoint),
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "the secret"),
        ("AWS_REGION", "us-east-1"),
    ];
    let root = format!("--root={}", tree.display());
    // A user of its own, so that the test needs no superuser.
    let command = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", &root];
    let command = command.into_iter().chain(["--mount-proc=/proc", "/var/task/bootstrap"]);
    Function::start(FunctionConfig {
        name: "video".to_owned(),
        command: command.map(Into::into).collect(),
        working_dir: None,
        env: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        concurrency: 1,
        timeout: Duration::from_secs(60),
        memory_mb: 2048,
    })
    .await
    .unwrap()
}

/// A row for a film that has been uploaded, and the film where it says.
async fn uploaded(catalog: &SqliteCatalog, raw: &Path, name: &str, film: &[u8]) -> MediaId {
    let key = format!("ada/{name}/original");
    let id = MediaId::try_from(name.to_owned()).unwrap();
    let source = Source { key, bytes: film.len() as u64, etag: "e".to_owned() };
    let object = raw.join(&source.key);
    fs::create_dir_all(object.parent().unwrap()).unwrap();
    fs::write(object, film).unwrap();
    let (owner, title) = ("ada".to_owned(), "A film".to_owned());
    let media = NewMedia { id: id.clone(), owner, title, source: source.clone(), status: Status::Uploading };
    assert!(catalog.insert(&media, 1).await.unwrap());
    assert!(catalog.uploaded(&id, &source, 2).await.unwrap());
    id
}

async fn processed(function: &Function, catalog: &SqliteCatalog, id: &MediaId) -> Media {
    let event = json!({"media_id": id}).to_string();
    let answer: Value = serde_json::from_slice(&function.invoke(event.into()).await.unwrap()).unwrap();
    let row = catalog.find(id).await.unwrap().unwrap();
    assert_eq!((&answer["status"], row.status), (&json!("ready"), Status::Ready), "{:?}", row.reason);
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn the_video_function_needs_its_zip_and_glibc() {
    let directory = tempfile::tempdir().unwrap();
    let (bare, store) = (directory.path().join("tree"), directory.path().join("objects"));
    tree(&bare);
    let catalog = SqliteCatalog::open(bare.join("data/catalog.db")).unwrap();
    let endpoint = objects(&store).await;
    let function = function(&bare, &endpoint).await;

    // The store moves the index; and FFmpeg's libraries put a film into another container.
    let plain = media::film(4, directory.path()).unwrap();
    let fragments = directory.path().join("fragments.mp4");
    let film = directory.path().join("film.mp4");
    let options = ["-c", "copy", "-movflags", "frag_keyframe+empty_moov"];
    let made = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(&film).args(options).arg(&fragments).status();
    assert!(made.unwrap().success());
    for (name, film) in [("plain", plain), ("fragments", fs::read(&fragments).unwrap())] {
        let id = uploaded(&catalog, &store.join("raw"), name, &film).await;
        let row = processed(&function, &catalog, &id).await;
        for rendition in ["video", "poster", "poster-jpeg", "sprites", "sprites-1", "preview"] {
            let rendition = row.rendition(rendition).unwrap_or_else(|| panic!("{rendition}: {:?}", row.renditions));
            let size = fs::metadata(store.join("media").join(&rendition.key)).unwrap().len();
            assert_eq!(size, rendition.bytes, "{name}: {}", rendition.name);
        }
    }
    function.stop().await;
}
