//! `pass mint`, `verify`, `rotate`, `revoke`, `sweep`: what they answer, and every error.

use std::path::Path;
use std::process::Output;

use edge_auth::pass::{KeyState, Ring, RingKey, SETTLE, Secret};
use local::edge::KeyValueDirectory;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{lines, run, stderr};

const NOW: u64 = 1_800_000_000;
const DAY: u64 = 86_400;

/// A data directory as `up` makes it, with one key.
struct Data {
    directory: TempDir,
    store: KeyValueDirectory,
}

fn data() -> Data {
    let directory = tempfile::tempdir().unwrap();
    let store = KeyValueDirectory::open(&directory.path().join("key-values")).unwrap();
    let secret = Secret::new(RingKey { kid: "k1".to_owned(), secret: vec![0xa5; 32], until: None });
    std::fs::write(directory.path().join("pass-keys.json"), secret.to_json()).unwrap();
    store.put("ring", &secret.ring(false).to_json().unwrap()).unwrap();
    Data { directory, store }
}

impl Data {
    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// Runs `pass …` on this directory at a moment.
    fn at(&self, now: u64, arguments: &[&str]) -> Output {
        let (data, now) = (self.directory.path().display().to_string(), now.to_string());
        run(&[&["pass"], arguments, &["--data", &data, "--at", &now]].concat())
    }

    /// The one line of an answer that has to be good.
    fn good(&self, now: u64, arguments: &[&str]) -> Value {
        let output = self.at(now, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        let mut lines = lines(&output);
        assert_eq!(lines.len(), 1);
        lines.remove(0)
    }

    fn bad(&self, arguments: &[&str], code: i32, says: &str) {
        let output = self.at(NOW, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
        assert!(code == 1 || output.stdout.is_empty(), "{arguments:?}");
        assert!(!stderr(&output).contains("hidden"), "{}", stderr(&output));
    }

    fn mint(&self, more: &[&str]) -> Value {
        self.good(NOW, &[&["mint", "--for", "/media/o/1/"], more].concat())
    }

    fn verify(&self, now: u64, pass: &str, more: &[&str]) -> (Option<i32>, Value) {
        let output = self.at(now, &[&["verify", pass, "--path", "/media/o/1/x"], more].concat());
        (output.status.code(), lines(&output).remove(0))
    }

    fn reason(&self, now: u64, pass: &str) -> Value {
        let (code, answer) = self.verify(now, pass, &[]);
        assert_eq!(code, Some(i32::from(answer["valid"] == false)));
        answer["reason"].clone()
    }

    fn ring(&self) -> Ring {
        Ring::from_json(&self.store.get("ring").unwrap().unwrap()).unwrap()
    }

    fn secret(&self) -> Secret {
        Secret::from_json(&std::fs::read_to_string(self.path("pass-keys.json")).unwrap()).unwrap()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn what_is_minted_is_verified_with_its_claims() {
    let data = data();
    let minted = data.mint(&[
        "--ttl",
        "2h",
        "--sub",
        "alice",
        "--network",
        "192.0.2.0/24",
        "--network",
        "::1",
        "--method",
        "get",
    ]);
    let pass = text(&minted["pass"]);
    assert_eq!(minted["url_prefix"], format!("/p/{pass}/media/o/1/"));
    assert_eq!((&minted["kid"], &minted["expires_at"]), (&json!("k1"), &json!(NOW + 7200)));
    let (code, answer) = data.verify(NOW, pass, &["--address", "192.0.2.7"]);
    assert_eq!(code, Some(0), "{answer}");
    let claims = json!({
        "cti": minted["cti"], "sub": "alice", "exp": NOW + 7200, "nbf": null, "iat": NOW, "prefix": "/media/o/1/",
        "networks": ["192.0.2.0/24", "::1"], "methods": ["GET"],
    });
    assert_eq!(answer, json!({"valid": true, "reason": null, "at": NOW, "kid": "k1", "claims": claims}));

    let refused = |now: u64, more: &[&str]| {
        let (code, answer) = data.verify(now, pass, more);
        assert_eq!((code, &answer["claims"]), (Some(1), &claims), "{answer}");
        text(&answer["reason"]).to_owned()
    };
    assert_eq!(refused(NOW, &[]), "pass_network");
    assert_eq!(refused(NOW, &["--method", "HEAD"]), "pass_method");
    assert_eq!(refused(NOW + 7200, &[]), "pass_expired");
    assert_eq!(refused(NOW - 31, &[]), "pass_not_yet_valid");
    let elsewhere = data.at(NOW, &["verify", pass, "--path", "/media/o/2/x", "--address", "::1"]);
    assert_eq!(lines(&elsewhere)[0]["reason"], "pass_path");
}

#[test]
fn explicit_places_count_before_the_data_directory() {
    let (data, other) = (data(), data());
    let (secret, store) = (data.path("pass-keys.json"), data.path("key-values"));
    std::fs::remove_file(other.path("pass-keys.json")).unwrap();
    let minted = other.good(NOW, &["mint", "--for", "/media/o/1/", "--secret", &secret]);
    let pass = text(&minted["pass"]);
    assert_eq!(other.verify(NOW, pass, &["--store", &store]).0, Some(0));
    // Made two times, no two passes are the same.
    assert_ne!(data.mint(&[])["pass"], data.mint(&[])["pass"]);
}

#[test]
fn what_cannot_be_minted_or_verified_is_named() {
    let data = data();
    for (arguments, says) in [
        (&["mint", "--for", "/media/o"][..], "--for: the prefix must be a canonical path that begins and ends with /"),
        (&["mint", "--for", "/"], "--for /: expected the prefix of what is to be played"),
        (&["mint", "--for", "/p/x/"], "--for /p/x/: expected"),
        (&["mint", "--for", "/_auth/x/"], "--for /_auth/x/: expected"),
        (&["mint"], "--for <PREFIX>"),
        (&["mint", "--for", "/a/", "--ttl", "6"], "expected a length of time such as 30s, 15m, 6h or 2d"),
        (&["mint", "--for", "/a/", "--ttl", "8d"], "expected at most 7d"),
        (&["mint", "--for", "/a/", "--sub", ""], "--sub: the subject must have 1 to 500 bytes"),
        (&["mint", "--for", "/a/", "--network", "10.0.0.1/8"], "sets bits behind the prefix"),
        (&["mint", "--for", "/a/", "--method", "POST"], "possible values: GET, HEAD, OPTIONS"),
        (&["verify", "x"], "--path <PATH>"),
        (&["verify", "x", "--path", "/x", "--address", "here"], "--address"),
        (
            &["verify", "x", "--path", "/x", "--store", "/nowhere"],
            "/nowhere: no such directory; expected a key value store",
        ),
    ] {
        data.bad(arguments, 2, says);
    }
    let long = format!("/{}/", "x".repeat(1000));
    data.bad(&["mint", "--for", &long], 2, "the pass would have");
    data.bad(&["verify", "x", "--path", "/x"], 1, "refused: pass_malformed: The playback link is not valid.");
    data.write("pass-keys.json", r#"{"keys": [{"kid": "k1", "secret": "hidden", "state": "current"}]}"#);
    data.bad(&["mint", "--for", "/a/"], 2, "pass-keys.json: keys/0/secret: expected 32 to 64 bytes");
    std::fs::remove_file(data.path("pass-keys.json")).unwrap();
    data.bad(&["mint", "--for", "/a/"], 2, "pass-keys.json: No such file");
    data.store.put("ring", "hidden").unwrap();
    data.bad(&["verify", "x", "--path", "/x"], 1, "pass_malformed");
    let genuine = self::data().mint(&[]);
    data.bad(&["verify", text(&genuine["pass"]), "--path", "/media/o/1/x"], 1, "refused: pass_unavailable");
}

#[test]
fn a_rotation_in_its_steps() {
    let data = data();
    let old = text(&data.mint(&["--ttl", "7d"])["pass"]).to_owned();
    let added = data.good(NOW, &["rotate"]);
    assert_eq!((&added["step"], &added["dropped"]), (&json!("add"), &json!([])));
    let kid = text(&added["kid"]).to_owned();
    assert_eq!(added["keys"], json!([{"kid": "k1", "state": "current"}, {"kid": kid, "state": "next"}]));
    assert_eq!(data.mint(&[])["kid"], "k1");
    data.bad(&["rotate"], 1, "nothing was changed: the next key was added less than 60 s ago");
    assert_eq!(data.ring(), data.secret().ring(false));

    let promoted = data.good(NOW + SETTLE, &["rotate"]);
    let until = NOW + SETTLE + 8 * DAY;
    assert_eq!((text(&promoted["step"]), text(&promoted["kid"])), ("promote", &*kid));
    assert_eq!(promoted["keys"][1], json!({"kid": "k1", "state": "previous", "until": until}));
    assert_eq!(data.mint(&[])["kid"], kid);
    assert_eq!(data.reason(NOW + 7 * DAY - 1, &old), Value::Null);
    assert_eq!(data.ring().key(b"k1").unwrap().until, Some(until));

    // Next week the next one begins; a fourth key has to wait.
    assert_eq!(data.good(NOW + 7 * DAY, &["rotate", "--ttl-longest", "6h"])["step"], "add");
    let second = data.good(NOW + 7 * DAY + SETTLE, &["rotate", "--ttl-longest", "6h"]);
    assert_eq!(second["keys"][1], json!({"kid": kid, "state": "previous", "until": NOW + 8 * DAY + SETTLE + 6 * 3600}));
    let full = data.at(NOW + 7 * DAY + 2 * SETTLE, &["rotate"]);
    assert_eq!(full.status.code(), Some(1));
    assert!(stderr(&full).contains(&format!("can be dropped from {} on", until + 1)), "{}", stderr(&full));
    let dropped = data.good(until + 1, &["rotate"]);
    assert_eq!((&dropped["step"], &dropped["dropped"]), (&json!("add"), &json!(["k1"])));
    assert!(data.ring().key(b"k1").is_none());
}

#[test]
fn no_key_goes_to_stdout_or_stderr() {
    let data = data();
    let mut shown = Vec::new();
    let mut see = |output: Output| shown.extend([output.stdout, output.stderr].concat());
    see(data.at(NOW, &["rotate"]));
    see(data.at(NOW, &["rotate"]));
    see(data.at(NOW + SETTLE, &["rotate"]));
    see(data.at(NOW, &["revoke", "--sub", "alice"]));
    see(data.at(NOW, &["sweep"]));
    see(data.at(NOW, &["mint", "--for", "/a/"]));
    let shown = String::from_utf8(shown).unwrap();
    let stored = std::fs::read_to_string(data.path("pass-keys.json")).unwrap();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    for key in stored["keys"].as_array().unwrap() {
        assert!(!shown.contains(text(&key["secret"])), "{shown}");
    }
}

#[test]
fn a_store_that_lacks_the_next_key_gets_it_before_anybody_mints_with_it() {
    let data = data();
    let before = data.store.get("ring").unwrap().unwrap();
    data.good(NOW, &["rotate"]);
    data.store.put("ring", &before).unwrap();
    let published = data.good(NOW + DAY, &["rotate"]);
    assert_eq!((&published["step"], &published["kid"]), (&json!("publish"), &published["keys"][1]["kid"]));
    assert_eq!(data.ring(), data.secret().ring(false));
    assert_eq!(data.at(NOW + DAY, &["rotate"]).status.code(), Some(1));
    assert_eq!(data.good(NOW + DAY + SETTLE, &["rotate"])["step"], "promote");
}

#[test]
fn rotate_for_aws_prints_the_change_and_leaves_the_local_store() {
    let data = data();
    let revoking = data.secret().ring(true).to_json().unwrap();
    let ring = data.write(
        "ring.json",
        &json!({"Key": "ring", "Value": revoking, "ItemCount": 1, "TotalSizeInBytes": 99}).to_string(),
    );
    let secret = data.path("pass-keys.json");
    let local = data.store.get("ring").unwrap();
    let arguments = ["rotate", "--secret", &secret, "--aws", "--ring", &ring];
    let change = data.good(NOW, &arguments);
    let expected = data.secret().ring(true).to_json().unwrap();
    assert_eq!(change, json!({"Puts": [{"Key": "ring", "Value": expected}], "Deletes": []}));
    assert_eq!(data.store.get("ring").unwrap(), local);
    // As long as the change is not in the store, nobody mints with the key.
    let again = data.good(NOW + DAY, &arguments);
    assert_eq!(again, change);
    assert_eq!(data.secret().keys().map(|(_, state)| state).collect::<Vec<_>>(), [KeyState::Current, KeyState::Next]);
    let value = text(&change["Puts"][0]["Value"]);
    data.write("ring.json", &json!({"Key": "ring", "Value": value}).to_string());
    let promoted = data.good(NOW + DAY + SETTLE, &arguments);
    let ring = Ring::from_json(text(&promoted["Puts"][0]["Value"])).unwrap();
    assert_eq!(ring.key(b"k1").unwrap().until, Some(NOW + DAY + SETTLE + 8 * DAY));
}

#[test]
fn a_pass_is_revoked_until_it_ends() {
    let data = data();
    let (one, two) = (data.mint(&["--sub", "alice"]), data.mint(&["--sub", "alice"]));
    let (one, two, cti) = (text(&one["pass"]), text(&two["pass"]), text(&one["cti"]));
    let revoked = data.good(NOW, &["revoke", "--pass", one]);
    assert_eq!(revoked, json!({"revoked": format!("c:{cti}"), "until": NOW + 6 * 3600}));
    assert!(data.ring().revocations);
    assert_eq!((data.reason(NOW, one), data.reason(NOW, two)), (json!("pass_revoked"), Value::Null));
    // Whoever makes the site's passes has it end later than tokens do.
    let person = data.good(NOW, &["revoke", "--sub", "alice"]);
    assert_eq!(person, json!({"revoked": "s:alice", "until": NOW + 8 * DAY}));
    assert_eq!(data.reason(NOW, two), "pass_revoked");
    assert_eq!(data.good(NOW, &["revoke", "--cti", cti])["until"], NOW + 7 * DAY);
    let until = (NOW + 5).to_string();
    assert_eq!(data.good(NOW, &["revoke", "--cti", cti, "--until", &until])["until"], NOW + 5);

    // Swept in turn, and with the last the flag.
    let swept = data.good(NOW + 5, &["sweep"]);
    assert_eq!(swept, json!({"removed": [format!("c:{cti}")], "left": 1}));
    assert!(data.ring().revocations && data.store.keys().unwrap() == ["ring", "s:alice"]);
    assert_eq!(data.good(NOW + 8 * DAY, &["sweep"]), json!({"removed": ["s:alice"], "left": 0}));
    assert!(!data.ring().revocations);
    assert_eq!(data.good(NOW + 8 * DAY, &["sweep"]), json!({"removed": [], "left": 0}));
}

#[test]
fn what_cannot_be_revoked_is_said() {
    let data = data();
    let (pass, strange) = (data.mint(&["--ttl", "1s"]), self::data());
    let pass = text(&pass["pass"]);
    strange.good(NOW, &["rotate"]);
    strange.good(NOW + SETTLE, &["rotate"]);
    let stranger = strange.mint(&[]);
    for (arguments, code, says) in [
        (&["revoke"][..], 2, "<--cti <ID>|--pass <PASS>|--sub <SUB>>"),
        (&["revoke", "--cti", "AA", "--sub", "x"], 2, "cannot be used with"),
        (&["revoke", "--cti", "a="], 2, "expected 1 to 64 bytes in base64url without padding"),
        (&["revoke", "--cti", ""], 2, "expected 1 to 64 bytes"),
        (&["revoke", "--sub", ""], 2, "expected 1 to 500 bytes"),
        (
            &["revoke", "--sub", "x", "--until", "1800000000"],
            2,
            "--until 1800000000: expected a moment that is still to come",
        ),
        (&["revoke", "--sub", "x", "--until", "9007199254740992"], 2, "--until"),
        (&["revoke", "--pass", pass, "--until", "1900000000"], 2, "cannot be used with"),
        (&["revoke", "--pass", "AAAA"], 1, "--pass: nothing to revoke: pass_malformed"),
        (&["revoke", "--pass", text(&stranger["pass"])], 1, "so it is refused already"),
        (&["revoke", "--sub", "x", "--store", "/nowhere"], 2, "/nowhere: no such directory"),
        (&["sweep", "--store", "/nowhere"], 2, "/nowhere: no such directory"),
        (&["rotate", "--store", "/nowhere"], 2, "/nowhere: no such directory"),
    ] {
        data.bad(arguments, code, says);
    }
    let ended = data.at(NOW + 1, &["revoke", "--pass", pass]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(stderr(&ended).contains("it ended at 1800000001 (2027-01-15T08:00:01Z)"), "{}", stderr(&ended));
    assert!(!data.ring().revocations, "a refused command changes nothing");

    data.store.put("c:AA", "no time").unwrap();
    let swept = data.at(NOW, &["sweep"]);
    assert!(swept.status.success() && stderr(&swept).contains("c:AA stays: its value is not Unix seconds"));
    for command in [&["revoke", "--sub", "x"][..], &["sweep"], &["rotate"]] {
        data.store.put("ring", "hidden").unwrap();
        data.bad(command, 2, "the key value store: its item ring: this is no key ring");
    }
    data.store.delete("ring").unwrap();
    data.bad(&["revoke", "--sub", "x"], 2, "it has no item ring; `stagedoor up` puts it there");
    data.bad(&["sweep"], 2, "it has no item ring");
}

#[test]
fn revoke_and_sweep_for_aws_print_the_change() {
    let data = data();
    let minted = data.mint(&[]);
    let ring = json!({"Key": "ring", "Value": data.store.get("ring").unwrap()}).to_string();
    let ring = data.write("ring.json", &ring);
    let with_flag = data.secret().ring(true).to_json().unwrap();
    let put = |key: &str, until: u64| json!({"Puts": [{"Key": key, "Value": until.to_string()}, {"Key": "ring", "Value": with_flag}], "Deletes": []});
    let sub = data.good(NOW, &["revoke", "--sub", "alice", "--aws", "--ring", &ring]);
    assert_eq!(sub, put("s:alice", NOW + 8 * DAY));
    let pass = data.good(NOW, &["revoke", "--pass", text(&minted["pass"]), "--aws", "--ring", &ring]);
    assert_eq!(pass, put(&format!("c:{}", text(&minted["cti"])), NOW + 6 * 3600));
    assert_eq!(data.store.keys().unwrap(), ["ring"]);

    let item = |key: &str, value: &str| json!({"Key": key, "Value": value});
    let over = NOW.to_string();
    let mut items = vec![item("ring", &with_flag), item("c:AA", &over), item("s:bob", &(NOW + 1).to_string())];
    let sweep = |items: &[Value]| {
        let items = data.write("items.json", &json!({"Items": items}).to_string());
        data.good(NOW, &["sweep", "--aws", "--items", &items])
    };
    assert_eq!(sweep(&items), json!({"Puts": [], "Deletes": [{"Key": "c:AA"}]}));
    items.pop();
    let without_flag = data.secret().ring(false).to_json().unwrap();
    assert_eq!(sweep(&items), json!({"Puts": [item("ring", &without_flag)], "Deletes": [{"Key": "c:AA"}]}));
    items.extend((0..60).map(|n| item(&format!("s:{n}"), &over)));
    let many = sweep(&items);
    assert_eq!((many["Deletes"].as_array().unwrap().len(), &many["Puts"]), (49, &json!([])));
}

#[test]
fn what_is_handed_over_for_aws_has_to_be_what_aws_prints() {
    let data = data();
    let secret = data.path("pass-keys.json");
    let file = |name: &str, text: &str| data.write(name, text);
    let bare = file("bare.json", &data.store.get("ring").unwrap().unwrap());
    let other = file("other.json", r#"{"Key": "c:AA", "Value": "hidden"}"#);
    let broken = file("broken.json", r#"{"Key": "ring", "Value": "hidden"}"#);
    let no_ring = file("no-ring.json", r#"{"Items": []}"#);
    for (arguments, says) in [
        (&["rotate", "--aws"][..], "--ring <FILE>"),
        (&["rotate", "--ring", &bare], "--aws"),
        (&["rotate", "--aws", "--ring", &bare], "--aws needs --secret FILE"),
        (
            &["rotate", "--secret", &secret, "--aws", "--ring", &bare],
            "as `aws cloudfront-keyvaluestore get-key` prints it",
        ),
        (&["rotate", "--secret", &secret, "--aws", "--ring", &other], "other.json: Key: expected \"ring\""),
        (&["revoke", "--sub", "x", "--aws", "--ring", &broken], "broken.json: Value: this is no key ring"),
        (&["revoke", "--sub", "x", "--aws", "--ring", "/nowhere"], "/nowhere: No such file"),
        (&["sweep", "--aws"], "--items <FILE>"),
        (&["sweep", "--aws", "--items", &bare], "as `aws cloudfront-keyvaluestore list-keys` prints it"),
        (&["sweep", "--aws", "--items", &no_ring], "no-ring.json: Items: expected one whose Key is \"ring\""),
    ] {
        data.bad(arguments, 2, says);
    }
    assert!(Path::new(&secret).exists() && data.secret().next().is_none(), "nothing was changed");
}
