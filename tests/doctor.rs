//! `stagedoor doctor`: nothing bad at a site that is as it was deployed; a line with what to do for each thing that is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "doctor/deployment.rs"]
mod deployment;

use std::path::Path;
use std::process::{Command, Output};

use axum::response::Response;
use deployment::{Deployment, html, json_answer, plain};
use end_to_end::site::{Options, Site};
use end_to_end::{root, stagedoor};
use http::header::HeaderName;
use http::request::Parts;
use serde_json::{Value, json};

fn doctor(outputs: &Path, more: &[&str]) -> (Output, Value, String) {
    let output = Command::new(stagedoor()).args(["doctor", "--outputs"]).arg(outputs).args(more).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output, report, said)
}

fn of<'a>(report: &'a Value, verdict: &str) -> Vec<&'a Value> {
    report["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == verdict).collect()
}

fn line(check: &Value) -> String {
    let text = |field: &str| check[field].as_str().unwrap_or_default();
    format!("{}: {}: {} | {} | {}", text("check"), text("target"), text("seen"), text("expected"), text("advice"))
}

#[test]
fn nothing_is_bad_at_a_running_site() {
    let policy = std::fs::read_to_string(root().join("policy.yaml")).unwrap();
    for arguments in [vec![], vec!["--sign-in", "page"]] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("policy.yaml");
        let with_origin = policy.replace("allow_origins: []", "allow_origins: [https://app.example.com]");
        assert_ne!(with_origin, policy);
        std::fs::write(&path, with_origin).unwrap();
        let options = Options { policy: Some(path), arguments, ..Options::default() };
        let site = Site::start(directory.path(), options).unwrap();
        let (output, report, said) = doctor(&directory.path().join("outputs.json"), &[]);
        assert!(output.status.success(), "{said}");
        assert_eq!((&report["good"], &report["url"]), (&json!(true), &json!(site.url())));
        let left_out: Vec<&Value> = of(&report, "left_out").iter().map(|check| &check["check"]).collect();
        assert_eq!(left_out, ["transport"], "{said}");
        let mut checks: Vec<&str> = of(&report, "good").iter().map(|check| check["check"].as_str().unwrap()).collect();
        checks.dedup();
        checks.sort_unstable();
        checks.dedup();
        let all =
            ["forged", "headers", "identity", "issuer", "keys", "open", "preflight", "sign-in", "stranger", "versions"];
        assert_eq!(checks, all);
        assert!(said.contains("0 bad, 1 left out") && !said.contains('\x1b'), "{said}");
    }
}

/// What a deployment does otherwise than it should, and the lines that say so: check, target, seen, expected, advice.
type Case = (&'static str, fn(&Parts, Response) -> Response, &'static [[&'static str; 5]]);

const CASES: &[Case] = &[
    (
        "a film for everybody",
        |asked, answer| if asked.uri.path() == "/media/x" { plain(200, "a film") } else { answer },
        &[["stranger", "GET /media/x as a script", "200, text/plain", "401 no_token", "`terraform apply`"]],
    ),
    (
        "another policy is deployed",
        |asked, answer| match asked.uri.path() {
            "/api/x" if asked.method == "GET" => deployment::refusal(403, "no_route"),
            _ => answer,
        },
        &[
            [
                "stranger",
                "GET /api/x as a script",
                "403 no_route, application/json, no-store",
                "401 no_token",
                "policy.yaml the one",
            ],
            ["forged", "GET /api/x", "403 no_route", "401 no_token", "is the edge function at every behaviour?"],
        ],
    ),
    (
        "refusals are kept",
        |asked, answer| if asked.uri.path() == "/media/x" { without(answer, "cache-control") } else { answer },
        &[["stranger", "GET /media/x", "401 no_token, application/json", "no-store", "wait until the distribution"]],
    ),
    (
        "refusals are no JSON",
        |asked, answer| if asked.uri.path() == "/media/x" { with(answer, "content-type", "text/xml") } else { answer },
        &[["stranger", "GET /media/x", "401 no_token, text/xml, no-store", "application/json", "terraform apply"]],
    ),
    (
        "a path with two readings gets through",
        |asked, answer| if asked.uri.path().contains("%2e") { plain(404, "") } else { answer },
        &[["stranger", "GET /media/%2e%2e/x", "404", "400 path_not_canonical", "the edge does not refuse it"]],
    ),
    (
        "pages lead elsewhere",
        |asked, answer| {
            let leads = asked.uri.path() == "/x" && answer.status() == 302;
            if leads { with(answer, "location", "https://elsewhere.example/?state=secret") } else { answer }
        },
        &[
            [
                "stranger",
                "GET /x as a page",
                "302 to https://elsewhere.example/",
                "302 to the pool's sign-in",
                "terraform apply",
            ],
            [
                "sign-in",
                "/oauth2/authorize",
                "/x leads to \"https://elsewhere.example/\"",
                "a page",
                "people cannot sign in",
            ],
        ],
    ),
    (
        "what is open is refused",
        |asked, answer| if asked.uri.path() == "/health" { deployment::refusal(401, "no_token") } else { answer },
        &[
            ["open", "GET /health as a script", "401 no_token", "an answer of app", "a route that is open is refused"],
            ["headers", "GET /health", "401 no_token", "200", "apply again"],
            ["headers", "GET /health", "no referrer-policy", "same-origin", "response headers policy"],
            ["headers", "GET /health", "no strict-transport-security", "max-age=31536000", "response headers policy"],
            ["headers", "GET /health", "no content-security-policy", "default-src 'none'", "the app is another one"],
        ],
    ),
    (
        "the app is down",
        |asked, answer| if asked.uri.path() == "/health" { with_status(answer, 503) } else { answer },
        &[
            [
                "open",
                "GET /health",
                "503, application/json",
                "an answer of app",
                "the log of the edge function and of the app",
            ],
            ["headers", "GET /health", "503", "200", "apply again"],
        ],
    ),
    (
        "a forged header counts",
        |asked, answer| if asked.headers.contains_key("x-stagedoor-token") { plain(200, "[]") } else { answer },
        &[["forged", "GET /api/x", "200", "401 no_token", "a header of the client is taken for the edge's"]],
    ),
    (
        "answers show what is between edge and app",
        |asked, answer| match asked.uri.path() {
            "/health" => with(answer, "x-stagedoor-token", "eyJ"),
            "/static/v1/app.css" => with(answer, "set-cookie", "__Host-sd-access=eyJ; Path=/"),
            _ => answer,
        },
        &[[
            "identity",
            "headers of all answers",
            "cookie __Host-sd-access, x-stagedoor-token",
            "none",
            "no origin may send",
        ]],
    ),
    (
        "preflights are refused",
        |asked, answer| if asked.method == "OPTIONS" { deployment::refusal(403, "cors_origin") } else { answer },
        &[[
            "preflight",
            "OPTIONS /api/x",
            "403 cors_origin for nobody",
            "204 for https://app.example.com",
            "cors.allow_origins",
        ]],
    ),
    (
        "preflights of everybody pass",
        |asked, answer| match asked.headers.get("origin") {
            Some(origin) if asked.method == "OPTIONS" => {
                let origin = origin.to_str().unwrap().to_owned();
                with(
                    with(
                        with(plain(204, ""), "access-control-allow-origin", &origin),
                        "access-control-allow-credentials",
                        "true",
                    ),
                    "vary",
                    "Origin",
                )
            }
            _ => answer,
        },
        &[[
            "preflight",
            "OPTIONS /api/x",
            "204 for https://stranger.invalid",
            "403 for https://stranger.invalid",
            "may read answers",
        ]],
    ),
    (
        "preflights are kept for every origin",
        |asked, answer| if asked.method == "OPTIONS" { without(answer, "vary") } else { answer },
        &[[
            "preflight",
            "OPTIONS /api/x",
            "204 for https://app.example.com",
            "vary Origin",
            "a response headers policy",
        ]],
    ),
    (
        "another issuer",
        |asked, answer| match asked.uri.path() {
            "/pool/.well-known/openid-configuration" => {
                json_answer(200, &json!({"issuer": "https://other.example", "jwks_uri": "https://other.example/keys"}))
            }
            _ => answer,
        },
        &[[
            "issuer",
            "/.well-known/openid-configuration",
            "issuer https://other.example",
            "/pool/keys",
            "look at the user pool",
        ]],
    ),
    (
        "no discovery",
        |asked, answer| if asked.uri.path().starts_with("/pool/.well") { plain(404, "") } else { answer },
        &[["issuer", "/.well-known/openid-configuration", "404, expected 200", "issuer http", "and apply"]],
    ),
    (
        "other keys",
        |asked, answer| match asked.uri.path() {
            "/pool/keys" => {
                json_answer(200, &json!({"keys": [{"kty": "RSA", "kid": "new"}, {"kty": "EC", "kid": "k1"}]}))
            }
            _ => answer,
        },
        &[["keys", "/pool/keys", "keys new", "keys k1, k2", "apply again, which reads them anew"]],
    ),
    (
        "keys that are none",
        |asked, answer| if asked.uri.path() == "/pool/keys" { html("<p>") } else { answer },
        &[["keys", "/pool/keys", "200 with something that is no JSON", "keys k1, k2", "apply again"]],
    ),
    (
        "the pool does not know the address",
        |asked, answer| match asked.uri.path() {
            "/oauth2/authorize" => {
                with(with_status(answer, 302), "location", "/error?error=redirect_mismatch&state=secret")
            }
            _ => answer,
        },
        &[[
            "sign-in",
            "/oauth2/authorize",
            "302 to /error",
            "a page",
            "does the pool's client name this site's /_auth/callback",
        ]],
    ),
    (
        "the sign-in page is not there",
        |asked, answer| if asked.uri.path() == "/oauth2/authorize" { plain(404, "") } else { answer },
        &[["sign-in", "/oauth2/authorize", "404", "a page, or a way to one", "people cannot sign in"]],
    ),
    (
        "weaker headers",
        |asked, answer| match asked.uri.path() {
            "/health" => with(answer, "strict-transport-security", "max-age=300"),
            "/static/v1/app.css" => without(with(answer, "cache-control", "no-cache"), "content-security-policy"),
            _ => answer,
        },
        &[
            ["headers", "GET /health", "max-age=300", "max-age=31536000; includeSubDomains", "apply again"],
            [
                "headers",
                "GET /static/v1/app.css",
                "no content-security-policy",
                "default-src 'self'",
                "response headers policy",
            ],
            ["headers", "GET /static/v1/app.css", "cache-control: no-cache", "immutable", "apply again"],
        ],
    ),
    (
        "the app is of another build",
        |asked, answer| match asked.uri.path() {
            "/open" => html("<link href=\"/static/v2/app.css\">"),
            _ => answer,
        },
        &[
            ["versions", "GET /open", "links to v2", "links to v1", "of different builds: ./build.sh package"],
            ["versions", "GET /static/v2/app.css", "403", "200", "a file that is not in the site bucket"],
        ],
    ),
];

#[test]
fn each_thing_that_is_wrong_has_a_line_that_says_what_to_do() {
    for (name, change, expected) in CASES {
        let deployment = Deployment::start(*change);
        let (output, report, said) = doctor(&deployment.outputs(|_| ()), &[]);
        let bad: Vec<String> = of(&report, "bad").into_iter().map(line).collect();
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert_eq!(bad.len(), expected.len(), "{name}: {bad:#?}");
        for (bad, parts) in bad.iter().zip(*expected) {
            let mut rest = bad.as_str();
            for part in parts {
                let at = rest.find(part).unwrap_or_else(|| panic!("{name}: {part:?} is not in {bad:?}"));
                rest = &rest[at + part.len()..];
            }
        }
        let advice = of(&report, "bad")[0]["advice"].as_str().unwrap();
        assert!(said.contains("BAD") && said.contains(&format!("to do       {advice}")), "{said}");
        assert!(said.contains(&format!(
            "{} of {} checks found",
            expected.len(),
            report["checks"].as_array().unwrap().len()
        )));
        assert!(!said.contains("secret") && !report.to_string().contains("secret"), "{name}: a query is shown");
    }
}

#[test]
fn a_deployment_as_it_should_be_has_no_bad_line() {
    let deployment = Deployment::start(|_, answer| answer);
    let (output, report, said) = doctor(&deployment.outputs(|_| ()), &[]);
    assert!(output.status.success() && of(&report, "bad").is_empty(), "{said}");
    // Not known before the first fetch: any key will do.
    let (output, _, said) = doctor(&deployment.outputs(|doctor| doctor["key_ids"] = json!([])), &[]);
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_policy_that_enforces_nothing_is_bad_whatever_the_site_does() {
    let deployment = Deployment::start(|asked, answer| {
        // Everything goes on to the app.
        let open = answer.headers().contains_key("x-stagedoor-reason") || answer.status() == 302;
        if open && asked.uri.path() != "/p/x" && !asked.uri.path().contains("%2e") { plain(200, "all") } else { answer }
    });
    let (output, report, said) = doctor(&deployment.outputs(|doctor| doctor["policy"]["mode"] = json!("log")), &[]);
    assert_eq!(output.status.code(), Some(1));
    let bad: Vec<String> = of(&report, "bad").into_iter().map(line).collect();
    assert!(
        bad.contains(
            &"mode: policy.yaml: log: strangers get through | enforce | set mode to enforce in policy.yaml, and apply"
                .to_owned()
        ),
        "{bad:#?}"
    );
    assert!(said.contains("left out  forged"), "{said}");
}

#[test]
fn a_site_that_does_not_answer_is_bad_and_no_error() {
    let deployment = Deployment::start(|_, answer| answer);
    let outputs = deployment.outputs(|doctor| doctor["url"] = json!("http://127.0.0.1:1"));
    let (output, report, said) = doctor(&outputs, &[]);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let silent = of(&report, "bad")
        .into_iter()
        .filter(|check| check["seen"].as_str().unwrap().starts_with("no answer: 127.0.0.1:1"))
        .count();
    assert!(silent > 10, "{said}");
}

#[test]
fn http_has_to_lead_to_https() {
    for (location, good) in [("https://media.test/health", true), ("https://other.test/health", false), ("", false)] {
        let deployment = Deployment::start(|_, _| plain(500, ""));
        let redirecting = Deployment::redirecting(location);
        let outputs = deployment.outputs(|doctor| doctor["url"] = json!("https://media.test"));
        // TLS is not spoken there: only what is asked without it is looked at.
        let detours =
            [format!("media.test:80:{}", redirecting.host()), format!("media.test:443:{}", deployment.host())];
        let (_, report, said) = doctor(&outputs, &["--connect-to", &detours[0], "--connect-to", &detours[1]]);
        let transport = &report["checks"][0];
        assert_eq!(
            (&transport["check"], &transport["verdict"]),
            (&json!("transport"), &json!(if good { "good" } else { "bad" })),
            "{said}"
        );
        let advice = "every behaviour says redirect-to-https: is the name's record that of the distribution?";
        assert!(good || transport["advice"] == advice, "{said}");
        assert_eq!(
            (&transport["target"], &transport["expected"]),
            (&json!("GET http://media.test/health"), &json!("301 to https://media.test/health"))
        );
    }
}

#[test]
fn a_file_that_is_none_of_terraforms_is_said_with_its_field() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outputs.json");
    for (text, says) in [
        ("url = https://a", "outputs.json: not JSON"),
        (
            "{\"url\": {\"value\": \"https://a.example\"}}",
            "outputs.json: doctor.value is not there; expected what `terraform output -json`",
        ),
        (
            "{\"doctor\": {\"value\": {\"url\": \"https://a.example\"}}}",
            "outputs.json: doctor.value: missing field `issuer`",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let (output, _, said) = doctor(&path, &[]);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(says), "{said}");
    }
    let (output, _, said) = doctor(&directory.path().join("nowhere.json"), &[]);
    assert!(output.status.code() == Some(2) && said.contains("nowhere.json"), "{said}");
    let deployment = Deployment::start(|_, answer| answer);
    let certificate = path.display().to_string();
    let (output, _, said) =
        doctor(&deployment.outputs(|_| ()), &["--certificate", &certificate.replace("outputs", "missing")]);
    assert!(
        output.status.code() == Some(2) && said.contains("--certificate") && said.contains("missing.json"),
        "{said}"
    );
}

fn with(mut answer: Response, name: &'static str, value: &str) -> Response {
    answer.headers_mut().insert(HeaderName::from_static(name), value.parse().unwrap());
    answer
}

fn without(mut answer: Response, name: &str) -> Response {
    answer.headers_mut().remove(name);
    answer
}

fn with_status(mut answer: Response, status: u16) -> Response {
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
    answer
}
