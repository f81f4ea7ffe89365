//! `video` and `faststart`: on files and in S3's stand-in, and every error.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use end_to_end::{root, stagedoor};
use local::objects::{Objects, ObjectsConfig};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{lines, run, stderr};

/// A directory with films in it.
struct Films(TempDir);

impl Films {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A film of two seconds, made by ffmpeg; MP4 has its index behind.
    fn make(&self, name: &str, options: &str) -> PathBuf {
        let path = self.path(name);
        let inputs = "-v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -f lavfi -i sine=duration=2";
        let made = Command::new("ffmpeg").args(inputs.split(' ')).args(options.split(' ')).arg(&path).status().unwrap();
        assert!(made.success());
        path
    }

    fn plain(&self) -> PathBuf {
        self.make("plain.mp4", "-c:v libx264 -preset ultrafast -g 10 -c:a aac -metadata:s:a language=deu")
    }
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn one(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    let mut lines = lines(output);
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

fn bad(output: &Output, code: i32, says: &str) {
    assert_eq!(output.status.code(), Some(code), "{}", stderr(output));
    assert!(stderr(output).contains(says), "expected {says}, found {}", stderr(output));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A checksum of every packet of every stream.
fn packets(path: &Path) -> String {
    let arguments = ["-v", "error", "-i", text(path), "-map", "0", "-c", "copy", "-f", "framecrc", "-"];
    let output = Command::new("ffmpeg").args(arguments).output().unwrap();
    stdout(&output)
}

#[test]
fn a_film_is_described_for_people_and_for_programs() {
    let films = Films::new();
    let path = films.plain();
    let facts = one(&run(&["video", "--probe", "--json", text(&path)]));
    assert_eq!(facts["moov"]["place"], "behind");
    assert_eq!((&facts["tracks"][0]["video"]["width"], &facts["tracks"][1]["language"]), (&320.into(), &"deu".into()));
    assert_eq!(facts["tracks"][0]["video"]["keyframes"]["times_s"].as_array().unwrap().len(), 5);

    let table = stdout(&run(&["video", "--probe", text(&path)]));
    let size = fs::metadata(&path).unwrap().len();
    assert!(table.contains(&format!("size       {size} bytes\n")), "{table}");
    assert!(table.contains("duration   2.000 s\n"), "{table}");
    assert!(table.contains("index      behind the media data, "), "{table}");
    let rows: Vec<&str> = table.lines().skip_while(|line| !line.starts_with("track")).collect();
    let codec = facts["tracks"][0]["codec"].as_str().unwrap();
    assert!(rows[1].starts_with(&format!("1      video  {codec}")), "{table}");
    assert!(rows[1].contains("320 x 180, 25 frames/s") && rows[1].ends_with("5 keyframes"), "{table}");
    assert!(rows[2].contains("mp4a.40.2") && rows[2].ends_with("  mono, 44100 Hz"), "{table}");
    // Columns stand below one another.
    for column in ["kind", "language", "details"] {
        let at = rows[0].find(column).unwrap();
        assert!(rows.iter().all(|row| row.as_bytes()[at - 1] == b' ' && row.as_bytes()[at] != b' '), "{table}");
    }
}

#[test]
fn a_cut_off_film_says_what_is_missing() {
    let films = Films::new();
    let path = films.make("front.mp4", "-c:v libx264 -preset ultrafast -c:a aac -movflags +faststart");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 77]).unwrap();
    let table = stdout(&run(&["video", "--probe", text(&path)]));
    assert!(table.contains("missing    77 bytes at the end: the file is cut off\n"), "{table}");
    assert!(table.contains("index      in front of the media data, "), "{table}");
}

#[test]
fn what_ffmpeg_has_to_open_is_described_too() {
    let films = Films::new();
    for (name, options, container, codec) in [
        ("film.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus", "matroska", "vp9"),
        ("film.ts", "-c:v libx264 -preset ultrafast -c:a aac", "mpegts", "h264"),
    ] {
        let path = films.make(name, options);
        let facts = one(&run(&["video", "--probe", "--json", text(&path)]));
        assert!(facts["container"].as_str().unwrap().contains(container), "{facts}");
        assert_eq!((&facts["video"]["codec"], &facts["video"]["width"]), (&codec.into(), &320.into()), "{facts}");
        assert!((facts["duration_s"].as_f64().unwrap() - 2.0).abs() < 0.1, "{facts}");
        let table = stdout(&run(&["video", "--probe", text(&path)]));
        assert!(table.contains(codec) && table.contains("320 x 180"), "{table}");
    }
    let empty = films.path("empty.webm");
    let bytes = fs::read(films.path("film.webm")).unwrap();
    fs::write(&empty, &bytes[..60]).unwrap();
    bad(&run(&["video", "--probe", text(&empty)]), 2, "empty.webm: ");
}

/// The renditions that a report names: each is there, and as large as it says.
fn renditions(report: &Value) -> Vec<String> {
    let made = report["renditions"].as_array().unwrap();
    for rendition in made {
        let size = fs::metadata(rendition["file"].as_str().unwrap()).unwrap().len();
        assert_eq!(rendition["bytes"], size, "{rendition}");
        assert!(size > 0, "{rendition}");
    }
    made.iter().map(|rendition| rendition["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_film_is_made_into_its_renditions() {
    let films = Films::new();
    let (path, out) = (films.plain(), films.path("out"));
    let report = one(&run(&["video", text(&path), text(&out)]));
    let mut names = renditions(&report);
    names.sort();
    assert_eq!(names, ["poster", "poster-jpeg", "sprites", "sprites-1", "thumb", "video"]);
    assert_eq!((&report["source"]["width"], &report["source"]["duration_s"]), (&320.into(), &2.0.into()), "{report}");
    // Nothing is left beside them.
    assert_eq!(fs::read_dir(&out).unwrap().count(), names.len());

    let only = films.path("only");
    for (what, expected) in [("film", "video"), ("poster", "poster"), ("previews", "sprites")] {
        let names = renditions(&one(&run(&["video", text(&path), text(&only), "--only", what])));
        assert!(names.iter().any(|name| name == expected) && names.len() < 5, "{what}: {names:?}");
    }
    let jpeg = renditions(&one(&run(&["video", text(&path), text(&films.path("jpeg")), "--only", "poster-jpeg"])));
    assert_eq!(jpeg, ["poster-jpeg"]);
    assert!(fs::read(films.path("jpeg").join("poster.jpg")).unwrap().starts_with(&[0xff, 0xd8]));
    let webm = films.make("film.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus");
    let names = renditions(&one(&run(&["video", text(&webm), text(&films.path("webm"))])));
    assert!(names.contains(&"video".to_owned()) && names.contains(&"poster".to_owned()), "{names:?}");
}

#[test]
fn what_cannot_be_made_into_renditions_is_named() {
    let films = Films::new();
    let (plain, out) = (films.plain(), films.path("out"));
    let page = films.path("page.html");
    fs::write(&page, "<!DOCTYPE html>").unwrap();
    let cut = films.path("cut.mp4");
    let bytes = fs::read(&plain).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    for (path, says) in [
        (&films.path("missing.mp4"), "missing.mp4: No such file or directory"),
        (&page, "page.html: this is no film; expected MP4, MOV, WebM, MKV or MPEG-TS"),
        (&cut, "cut.mp4: "),
    ] {
        bad(&run(&["video", text(path), text(&out)]), 2, says);
    }
    bad(&run(&["video", text(&plain), text(&page)]), 2, "page.html: ");
}

#[test]
fn a_local_film_is_moved() {
    let films = Films::new();
    let (before, after) = (films.plain(), films.path("front.mp4"));
    let output = run(&["faststart", text(&before), text(&after)]);
    assert!(stderr(&output).contains("front.mp4: the index is in front\n"), "{}", stderr(&output));
    let report = one(&output);
    let size = fs::metadata(&after).unwrap().len();
    assert_eq!((&report["verdict"], &report["output_bytes"]), (&"moved".into(), &size.into()));
    let [written, copied] = ["bytes_written", "bytes_copied"].map(|name| report[name].as_u64().unwrap());
    assert!(written > 0 && copied > written && written + copied == size, "{report}");
    assert!(report["bytes_read"].as_u64().unwrap() > 0 && report["seconds"].is_number(), "{report}");
    assert_eq!(packets(&after), packets(&before));

    let third = films.path("third.mp4");
    let output = run(&["faststart", text(&after), text(&third)]);
    assert_eq!(one(&output)["verdict"], "already_front");
    assert!(stderr(&output).contains("in front already") && !third.exists(), "{}", stderr(&output));
    let fragments = films.make("fragments.mp4", "-c:v libx264 -c:a aac -movflags frag_keyframe+empty_moov");
    assert_eq!(one(&run(&["faststart", text(&fragments), text(&third)]))["verdict"], "fragmented");
    assert!(!third.exists());
}

#[test]
fn what_cannot_be_moved_or_read_is_named() {
    let films = Films::new();
    let (plain, out) = (films.plain(), films.path("out.mp4"));
    for arguments in [["faststart", text(&plain), text(&plain)], ["faststart", "no/such.mp4", "no/such.mp4"]] {
        bad(&run(&arguments), 2, "OUT is IN; expected the name of another file");
    }
    let other_name = films.path("../").join(films.0.path().file_name().unwrap()).join("plain.mp4");
    bad(&run(&["faststart", text(&plain), text(&other_name)]), 2, "OUT is IN");
    let nowhere = films.path("no/out.mp4");
    bad(&run(&["faststart", text(&plain), text(&nowhere)]), 2, "no/out.mp4 could not be written: ");

    let page = films.path("page.html");
    fs::write(&page, "<!DOCTYPE html>").unwrap();
    let cut = films.path("cut.mp4");
    let bytes = fs::read(&plain).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let webm = films.make("film.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -an");
    let stream = films.make("film.ts", "-c:v libx264 -preset ultrafast -c:a aac");
    let missing = films.path("missing.mp4");
    for (path, says) in [
        (&missing, "missing.mp4: No such file or directory"),
        (&films.0.path().to_owned(), "expected an ordinary file"),
        (&page, "page.html: this is neither an MP4 nor a QuickTime file"),
        (&cut, "cut.mp4: there is no moov box: the file is cut off"),
    ] {
        bad(&run(&["faststart", text(path), text(&out)]), 2, says);
        bad(&run(&["video", "--probe", text(path)]), 2, says);
    }
    for (path, says) in [
        (&webm, "film.webm: this is Matroska or WebM; expected MP4 or QuickTime"),
        (&stream, "film.ts: this is an MPEG transport stream; expected MP4 or QuickTime"),
    ] {
        bad(&run(&["faststart", text(path), text(&out)]), 2, says);
    }

    // A second index behind the first.
    let moov = bytes.windows(4).position(|window| window == b"moov").unwrap() - 4;
    let twice = films.path("twice.mp4");
    fs::write(&twice, [&bytes[..], &bytes[moov..]].concat()).unwrap();
    let output = run(&["faststart", text(&twice), text(&out)]);
    bad(&output, 1, "twice.mp4: there is more than one moov box; ");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["verdict"], &report["reason"]), (&"refused".into(), &"there is more than one moov box".into()));
    assert!(!out.exists());
}

#[test]
fn usage_is_explained() {
    bad(&run(&["video", "film.mp4"]), 2, "<OUT_DIR>");
    bad(&run(&["video", "film.mp4", "out", "--probe"]), 2, "cannot be used with '--probe'");
    bad(&run(&["video", "film.mp4", "out", "--json"]), 2, "cannot be used with '--json'");
    bad(
        &run(&["video", "film.mp4", "out", "--only", "sound"]),
        2,
        "[possible values: film, poster, poster-jpeg, previews]",
    );
    bad(&run(&["faststart", "film.mp4"]), 2, "<OUT>");
    bad(&run(&["faststart", "s3://bucket", "out.mp4"]), 2, "s3://bucket names no object; expected s3://bucket/key");
    let none = |arguments: &[&str]| {
        Command::new(stagedoor()).args(arguments).current_dir(root()).env_remove("AWS_REGION").output().unwrap()
    };
    bad(&none(&["faststart", "s3://bucket/a", "out.mp4"]), 2, "--region: s3:// needs the region of its buckets");
    bad(
        &none(&["video", "--probe", "s3://bucket/a", "--endpoint", "localhost"]),
        2,
        "--endpoint localhost: expected http://",
    );
    for command in ["video", "faststart"] {
        assert!(stdout(&run(&[command, "--help"])).contains(&format!("Example: stagedoor {command} ")));
    }
}

/// A store on this machine, and the command line with keys for it.
struct Store {
    endpoint: String,
    root: PathBuf,
    _runtime: Runtime,
}

impl Store {
    fn open(films: &Films) -> Self {
        let runtime = Runtime::new().unwrap();
        let root = films.path("objects");
        let config = ObjectsConfig {
            root: root.clone(),
            access_key: "AKID".to_owned(),
            secret_key: "the secret".to_owned(),
            buckets: vec!["films".to_owned()],
            allow_origins: Vec::new(),
        };
        let (sender, _) = tokio::sync::mpsc::unbounded_channel();
        let objects = Objects::open(config, sender).unwrap();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(objects.serve(listener));
        Self { endpoint, root, _runtime: runtime }
    }

    fn run(&self, secret: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(stagedoor());
        command.args(arguments).args(["--endpoint", &self.endpoint]).current_dir(root());
        let keys =
            [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_EC2_METADATA_DISABLED", "true")];
        command.envs(keys).output().unwrap()
    }

    fn good(&self, arguments: &[&str]) -> Value {
        one(&self.run("the secret", arguments))
    }
}

#[test]
fn a_film_in_s3_is_moved_there() {
    let films = Films::new();
    let store = Store::open(&films);
    let plain = films.plain();
    // Of some MB, so that parts are copied.
    let large = films.path("large.mp4");
    let bytes = fs::read(&plain).unwrap();
    let free = [&u32::try_from(20 << 20).unwrap().to_be_bytes()[..], b"free", &vec![7; (20 << 20) - 8]].concat();
    fs::write(&large, [&bytes[..], &free].concat()).unwrap();
    fs::copy(&large, store.root.join("films/film.mp4")).unwrap();

    let (input, output) = ("s3://films/film.mp4", "s3://films/a/front.mp4");
    let report = store.good(&["faststart", input, output]);
    assert_eq!((&report["verdict"], &report["parts"]), (&"moved".into(), &2.into()));
    assert_eq!(report["bytes_written"], 5 << 20);
    assert!(report["bytes_copied"].as_u64().unwrap() > 15 << 20, "{report}");
    let local = films.path("local.mp4");
    one(&run(&["faststart", text(&large), text(&local)]));
    assert_eq!(fs::read(store.root.join("films/a/front.mp4")).unwrap(), fs::read(&local).unwrap());

    assert_eq!(store.good(&["faststart", input, input])["verdict"], "moved");
    assert_eq!(store.good(&["faststart", input, input])["verdict"], "already_front");
    let down = films.path("down.mp4");
    store.good(&["faststart", text(&large), "s3://films/up.mp4"]);
    fs::copy(&large, store.root.join("films/behind.mp4")).unwrap();
    store.good(&["faststart", "s3://films/behind.mp4", text(&down)]);
    for path in [down, store.root.join("films/up.mp4")] {
        assert_eq!(fs::read(path).unwrap(), fs::read(&local).unwrap());
    }
    let facts = store.good(&["video", "--probe", "--json", output]);
    assert_eq!((&facts["moov"]["place"], &facts["tracks"][1]["language"]), (&"front".into(), &"deu".into()));
}

#[test]
fn what_s3_refuses_is_said_without_its_secret() {
    let films = Films::new();
    let store = Store::open(&films);
    fs::copy(films.plain(), store.root.join("films/film.mp4")).unwrap();
    fs::write(store.root.join("films/page.html"), "<!DOCTYPE html>").unwrap();
    let out = films.path("out.mp4");
    for (input, says) in [
        ("s3://films/none.mp4", "GetObject s3://films/none.mp4: it is not there (NoSuchKey: "),
        ("s3://no-such/film.mp4", "GetObject s3://no-such/film.mp4: it is not there (NoSuchBucket: "),
        ("s3://films/page.html", "s3://films/page.html: this is neither an MP4 nor a QuickTime file"),
    ] {
        bad(&store.run("the secret", &["faststart", input, text(&out)]), 2, says);
        bad(&store.run("the secret", &["video", "--probe", input]), 2, says);
    }
    let denied = store.run("not the secret", &["faststart", "s3://films/film.mp4", text(&out)]);
    bad(&denied, 2, "GetObject s3://films/film.mp4: access was refused (SignatureDoesNotMatch: ");
    assert!(!stderr(&denied).contains("not the secret") && !out.exists());
}
