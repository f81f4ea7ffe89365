//! Requests to the function, and the whole of what has to come back.

use serde_json::{Value, json};

use crate::reference::rows;
use crate::support::Shelf;

/// One request, and the whole of what has to come back.
pub struct Case {
    pub name: &'static str,
    /// What the policy has beside its routes.
    pub policy: Value,
    pub request: Value,
    pub expect: Value,
    pub log: Vec<&'static str>,
}

impl Case {
    pub fn event(&self) -> Value {
        let mut request = json!({"method": "GET", "uri": "/open/x", "querystring": {}, "headers": {}, "cookies": {}});
        request.as_object_mut().unwrap().extend(self.request.as_object().unwrap().clone());
        json!({
            "version": "1.0",
            "context": {"requestId": "EXAMPLE-id_1=="},
            "viewer": {"ip": "198.51.100.7"},
            "request": request,
        })
    }
}

/// A pass of the table, and a store that has its key.
pub fn good() -> (String, u64, Shelf) {
    let row = rows().into_iter().find(|row| row.name == "a pass").unwrap();
    let pass = row.asked.uri.split('/').nth(2).unwrap().to_owned();
    (pass, row.asked.now, Shelf { ring: row.asked.store.ring, revoked: Vec::new(), failing: Vec::new() })
}

pub fn value(text: &str) -> Value {
    json!({"value": text})
}

pub fn refusal(status: u16, phrase: &str, reason: &str, message: &str, more: Value) -> Value {
    let body = json!({"status": status, "reason": reason, "message": message, "request_id": "EXAMPLE-id_1=="});
    let mut headers = json!({
        "cache-control": value("no-store"),
        "content-type": value("application/json"),
        "x-content-type-options": value("nosniff"),
        "x-stagedoor-reason": value(reason),
    });
    headers.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"statusCode": status, "statusDescription": phrase, "headers": headers, "body": body.to_string()})
}

fn cors(more: Value) -> Value {
    let mut headers = json!({
        "access-control-allow-origin": value("https://app.example.com"),
        "access-control-allow-credentials": value("true"),
        "vary": value("Origin"),
    });
    headers.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    headers
}

fn preflight(more: Value) -> Value {
    let mut headers = cors(json!({
        "cache-control": value("no-store"),
        "access-control-allow-methods": value("GET, HEAD, PUT, PATCH, POST, DELETE"),
        "access-control-max-age": value("600"),
    }));
    headers.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"statusCode": 204, "statusDescription": "No Content", "headers": headers})
}

/// A request that goes on as this, all else being empty.
fn on(method: &str, uri: &str, more: Value) -> Value {
    let mut request = json!({"method": method, "uri": uri, "querystring": {}, "headers": {}, "cookies": {}});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

const MALFORMED: &str = "The playback link is not valid.";

fn case(name: &'static str, policy: Value, request: Value, expect: Value, log: &[&'static str]) -> Case {
    Case { name, policy, request, expect, log: log.to_vec() }
}

/// The policy as it is.
fn enforce() -> Value {
    json!({})
}

/// A request with everything that is taken out of one.
fn luggage(uri: &str) -> Value {
    json!({
        "uri": uri,
        "headers": {
            "accept": value("*/*"),
            "authorization": value("bearer abc"),
            "x-stagedoor-token": value("forged"),
            "x_stagedoor_host": value("forged"),
            "x-stagedoor": value("kept: no header of ours"),
        },
        "cookies": {
            "theme": value("dark"),
            "__Host-sd-access": value("secret"),
            "__secure-SD-refresh": value("secret"),
            "CognitoIdentityServiceProvider.abc.LastAuthUser": value("alice"),
        },
        "querystring": {"a": value("1"), "token": value("secret"), "t%6Fken": value("secret"), "tokens": value("2"), "%": value("3")},
    })
}

/// What of it goes on where the route is open.
fn stripped() -> Value {
    json!({
        "headers": {"accept": value("*/*"), "x-stagedoor": value("kept: no header of ours")},
        "cookies": {"theme": value("dark")},
        "querystring": {"a": value("1"), "tokens": value("2"), "%": value("3")},
    })
}

/// What of it goes on behind a pass.
fn bare() -> Value {
    json!({"headers": {"accept": value("*/*"), "x-stagedoor": value("kept: no header of ours")}})
}

fn asks(origin: &str) -> Value {
    json!({"origin": value(origin), "access-control-request-method": value("GET")})
}

/// Where a good pass leads.
fn passed() -> String {
    format!("/p/{}/media/o/1/x", good().0)
}

pub fn cases() -> Vec<Case> {
    [open(), patterns(), passes(), preflights(), refusals()].into_iter().flatten().collect()
}

fn open() -> Vec<Case> {
    vec![
        case("open to everybody", enforce(), json!({}), on("GET", "/open/x", json!({})), &[]),
        case(
            "open, with every method",
            enforce(),
            json!({"method": "DELETE"}),
            on("DELETE", "/open/x", json!({})),
            &[],
        ),
        case(
            "the app reads a + as itself",
            enforce(),
            json!({"uri": "/open/a+b"}),
            on("GET", "/open/a+b", json!({})),
            &[],
        ),
        case("open, less what is ours", enforce(), luggage("/open/x"), on("GET", "/open/x", stripped()), &[]),
        case(
            "another scheme stays",
            enforce(),
            json!({"headers": {"authorization": value("Basic abc")}}),
            on("GET", "/open/x", json!({"headers": {"authorization": value("Basic abc")}})),
            &[],
        ),
        case(
            "a Bearer header stays where none is read",
            json!({"tokens": {"from": ["cookie"]}}),
            json!({"headers": {"authorization": value("Bearer abc")}}),
            on("GET", "/open/x", json!({"headers": {"authorization": value("Bearer abc")}})),
            &[],
        ),
        case(
            "of two lines one is a Bearer token",
            enforce(),
            json!({"headers": {"authorization": {"value": "Basic x", "multiValue": [value("Basic x"), value(" Bearer y")]}}}),
            on("GET", "/open/x", json!({})),
            &[],
        ),
        case(
            "another query parameter",
            json!({"tokens": {"query_parameter": "jwt"}}),
            json!({"querystring": {"jwt": value("x"), "token": value("y")}}),
            on("GET", "/open/x", json!({"querystring": {"token": value("y")}})),
            &[],
        ),
    ]
}

fn patterns() -> Vec<Case> {
    // CloudFront has chosen by the same pattern; no other route of the function may be taken for it.
    let parts = || {
        let route = |path: &str, methods: &str| json!({"path": path, "allow": "anyone", "gate": "function", "origin": "app", "methods": methods});
        json!({"routes": [route("/a/{b}/c/{d}/e", "read"), route("/a/{b}/c", "all"), route("/a/b?/*", "all")]})
    };
    let put = |uri: &str| json!({"method": "PUT", "uri": uri});
    let not_put = || {
        let message = "This method is not available here.";
        refusal(405, "Method Not Allowed", "method_not_allowed", message, json!({"allow": value("GET, HEAD, OPTIONS")}))
    };
    vec![
        case(
            "a pattern with two names",
            parts(),
            put("/a/1/c/2/e"),
            not_put(),
            &[r#"{"reason":"method_not_allowed"}"#],
        ),
        case(
            "its star takes more than once",
            parts(),
            put("/a/c/c/c/e/e"),
            not_put(),
            &[r#"{"reason":"method_not_allowed"}"#],
        ),
        case("a pattern with one name", parts(), put("/a/1/c"), on("PUT", "/a/1/c", json!({})), &[]),
        case("a shorter end", parts(), put("/a/1/c/2/c"), on("PUT", "/a/1/c/2/c", json!({})), &[]),
    ]
}

fn passes() -> Vec<Case> {
    vec![
        case(
            "behind a pass nothing of the viewer goes on",
            enforce(),
            luggage(&passed()),
            on("GET", "/media/o/1/x", bare()),
            &[],
        ),
        case("mode off", json!({"mode": "off"}), luggage("/p/none/media/x"), on("GET", "/media/x", bare()), &[]),
        case("mode off, open", json!({"mode": "off"}), luggage("/open/x"), on("GET", "/open/x", stripped()), &[]),
        case(
            "mode log",
            json!({"mode": "log"}),
            luggage("/p/none/media/x"),
            on("GET", "/media/x", bare()),
            &["{\"reason\":\"pass_malformed\"}"],
        ),
        case(
            "mode log, nothing behind the pass",
            json!({"mode": "log"}),
            json!({"uri": "/p/none"}),
            on("GET", "/p/none", json!({})),
            &["{\"reason\":\"pass_malformed\"}"],
        ),
    ]
}

fn preflights() -> Vec<Case> {
    vec![
        case(
            "mode off, a preflight",
            json!({"mode": "off"}),
            json!({"method": "OPTIONS"}),
            on("OPTIONS", "/open/x", json!({})),
            &[],
        ),
        case(
            "mode log, a preflight",
            json!({"mode": "log"}),
            json!({"method": "OPTIONS", "headers": asks("https://app.example.com")}),
            preflight(json!({})),
            &[],
        ),
        case(
            "a preflight",
            enforce(),
            json!({"method": "OPTIONS", "uri": "/p/x/y", "headers": asks("https://app.example.com")}),
            preflight(json!({})),
            &[],
        ),
        case(
            "a preflight that asks for headers",
            enforce(),
            json!({"method": "OPTIONS", "headers": {
                "origin": value("https://app.example.com"),
                "access-control-request-method": value("PUT"),
                "access-control-request-headers": value("content-type, x_y-z"),
            }}),
            preflight(json!({"access-control-allow-headers": value("content-type, x_y-z")})),
            &[],
        ),
        case(
            "a preflight that asks for what is no list",
            enforce(),
            json!({"method": "OPTIONS", "headers": {
                "origin": value("https://app.example.com"),
                "access-control-request-method": value("PUT"),
                "access-control-request-headers": value("a\r\nb"),
            }}),
            preflight(json!({})),
            &[],
        ),
        case(
            "a preflight from elsewhere",
            enforce(),
            json!({"method": "OPTIONS", "headers": asks("https://evil.example")}),
            refusal(403, "Forbidden", "cors_origin", "Scripts of this origin may not ask.", json!({})),
            &["{\"reason\":\"cors_origin\"}"],
        ),
        case(
            "a preflight with two origins",
            enforce(),
            json!({"method": "OPTIONS", "headers": {
                "origin": {"value": "https://app.example.com", "multiValue": [value("https://app.example.com"), value("null")]},
                "access-control-request-method": value("GET"),
            }}),
            refusal(403, "Forbidden", "cors_origin", "Scripts of this origin may not ask.", json!({})),
            &["{\"reason\":\"cors_origin\"}"],
        ),
    ]
}

fn refusals() -> Vec<Case> {
    vec![
        case(
            "a refusal that a script of ours may read",
            enforce(),
            json!({"uri": "/p/none/x", "headers": {"origin": value("https://app.example.com")}}),
            refusal(403, "Forbidden", "pass_malformed", MALFORMED, cors(json!({}))),
            &["{\"reason\":\"pass_malformed\"}"],
        ),
        case(
            "a method that is not there",
            enforce(),
            json!({"uri": passed(), "method": "POST"}),
            refusal(
                405,
                "Method Not Allowed",
                "method_not_allowed",
                "This method is not available here.",
                json!({"allow": value("GET, HEAD, OPTIONS")}),
            ),
            &["{\"reason\":\"method_not_allowed\"}"],
        ),
        case(
            "a path with two readings",
            enforce(),
            json!({"uri": "/open//x"}),
            refusal(400, "Bad Request", "path_not_canonical", "The address is not in its canonical form.", json!({})),
            &["{\"reason\":\"path_not_canonical\"}"],
        ),
    ]
}
