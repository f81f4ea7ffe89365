//! `policy explain`.

use std::process::Output;

use serde_json::json;

use super::{lines, run, stderr};

/// The repository's own policy, asked with these arguments.
fn explain(arguments: &[&str]) -> Output {
    run(&[&["policy", "explain"], arguments].concat())
}

#[test]
fn policy_explain_says_which_route_decides_and_why() {
    let directory = tempfile::tempdir().unwrap();
    let claims = directory.path().join("claims.json").display().to_string();
    std::fs::write(&claims, json!({"sub": "alice", "token_use": "access"}).to_string()).unwrap();
    for (arguments, code, decisive) in [
        (vec!["/health"], 0, json!({"reason": "anyone", "allowed": true, "behaviour": "/health"})),
        (
            vec!["https://media.example.com/media/alice/a%20b.mp4?t=1#x", "--token-claims", &claims],
            0,
            json!({"reason": "permitted", "allowed": true, "method": "GET",
                   "script": {"ending": "forward", "origin": "media", "cache": "media"},
                   "url": "https://media.example.com/media/alice/a%20b.mp4?t=1#x"}),
        ),
        (
            vec!["/media/bob/x", "--token-claims", &claims],
            1,
            json!({"reason": "not_permitted", "allowed": false, "behaviour": "/media/*/*",
                   "route": {"index": 4, "path": "/media/{owner}/*", "gate": "lambda", "exact": true, "segments": {"owner": "bob"}},
                   "rule": {"rule": "{claim: sub, equals_path: owner}", "outcome": "does_not_hold",
                            "because": "sub is \"alice\", {owner} is \"bob\""}}),
        ),
        (
            vec!["/library"],
            1,
            json!({"reason": "no_token", "page": {"ending": "sign_in", "status": 302, "at": "hosted"},
                   "script": {"ending": "refusal", "status": 401, "body": "json"}}),
        ),
        (
            vec!["/health", "--method", "delete"],
            1,
            json!({"reason": "method_not_allowed", "method": "DELETE", "page": null,
                   "script": {"ending": "refusal", "status": 403, "body": "cloudfront"}}),
        ),
        (vec!["/static/../api/x"], 1, json!({"reason": "path_not_canonical", "behaviour": "/api/*"})),
        (
            vec!["/_auth/sign-out"],
            0,
            json!({"reason": "sign_in", "route": null, "script": {"ending": "sign_in_address"}}),
        ),
    ] {
        let output = explain(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        let said = lines(&output);
        assert_eq!(said.len(), 1);
        for (name, value) in decisive.as_object().unwrap() {
            assert_eq!(&said[0][name], value, "{name} of {arguments:?}");
        }
    }
}

#[test]
fn policy_explain_tells_a_person_line_by_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name).display().to_string();
        std::fs::write(&path, text).unwrap();
        path
    };
    let policy = file(
        "policy.yaml",
        "version: 1\nroutes:\n  - path: /f/{owner}/*\n    allow:\n      any:\n        - {claim: sub, equals_path: owner}\n        \
         - {groups_any: [admins]}\n    origin: app\n",
    );
    let claims = file("claims.json", r#"{"sub": "alice", "cognito:groups": ["guests"]}"#);
    let output = explain(&["/f/bob/x", "--policy", &policy, "--token-claims", &claims]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output)[0]["line"], 3);
    let expected = format!(
        "GET /f/bob/x, as {claims}\n  \
         path       canonical\n  \
         CloudFront picks /f/*/*\n  \
         route      /f/{{owner}}/* ({policy}:3), {{owner}} is \"bob\"\n  \
         token      a valid access token holds: the claims are taken as those of one\n  \
         rule       any does not hold: 0 of 2 hold\n  \
         \u{20}            {{claim: sub, equals_path: owner}} does not hold: sub is \"alice\", {{owner}} is \"bob\"\n  \
         \u{20}            {{groups_any: [admins]}} does not hold: cognito:groups is [\"guests\"]\n  \
         a page     gets 403 with a page that says why\n  \
         a script   gets 403 with JSON\n\
         stagedoor: refused: not_permitted\n"
    );
    assert_eq!(stderr(&output), expected);
}

#[test]
fn policy_explain_refuses_bad_usage_with_what_was_expected() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name).display().to_string();
        std::fs::write(&path, text).unwrap();
        path
    };
    let (list, broken) = (file("list.json", "[]"), file("broken.json", "eyJhbGciOiJSUzI1NiJ9.e30.x"));
    let twice = file("twice.json", r#"{"sub": "alice", "sub": "bob"}"#);
    let policy = file("policy.yaml", "version: 1\nroutes:\n  - { path: /a, allow: everyone, origin: app }\n");
    let path_expected = "has no path; expected https://HOST/PATH or /PATH";
    for (arguments, says) in [
        (vec!["https://media.example.com"], format!("URL: \"https://media.example.com\" {path_expected}")),
        (vec!["https://media.example.com?a=/b"], format!("URL: \"https://media.example.com?a=/b\" {path_expected}")),
        (vec!["media/x"], format!("URL: \"media/x\" {path_expected}")),
        (vec!["file:///media/x"], format!("URL: \"file:///media/x\" {path_expected}")),
        (vec![""], format!("URL: \"\" {path_expected}")),
        (vec!["/a", "--policy", &policy], format!("{policy}:3: /routes/0/allow: allow is \"everyone\"")),
        (vec!["/a", "--policy", "missing.yaml"], "missing.yaml: ".to_owned()),
        (vec!["/a", "--token-claims", "missing.json"], "missing.json: ".to_owned()),
        (
            vec!["/a", "--token-claims", &list],
            format!("{list}: JSON, but no object; expected a JSON object with a token's"),
        ),
        (vec!["/a", "--token-claims", &broken], format!("{broken}: not JSON: ")),
        (
            vec!["/a", "--token-claims", &twice],
            format!("{twice}: a key stands there twice, or it nests over 64 deep; "),
        ),
        (vec!["/a", "--method", "BREW"], "error: invalid value 'BREW' for '--method <METHOD>'".to_owned()),
        (vec![], "error: the following required arguments were not provided".to_owned()),
    ] {
        let output = explain(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = stderr(&output);
        assert!(said.trim_start_matches("stagedoor: ").starts_with(&says), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
