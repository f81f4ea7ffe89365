//! Header and payload as JSON: objects with one reading. Every token here is well signed.

use edge_auth::Reason::{AlgNotAllowed, HeaderNotAllowed, Permitted, TokenMalformed};
use serde_json::json;

use crate::draft::{Draft, of_bytes};
use crate::support::Provider;
use crate::table::Table;

pub fn table() -> Table {
    let mut table = Table::new("json", Provider::new().site(json!({})));
    let (header, payload) = (Draft::access().header_text(), Draft::access().claims_text());
    for (name, bytes) in unreadable(&header) {
        table.row(format!("the header is {name}"), of_bytes(bytes, &payload), TokenMalformed);
    }
    for (name, bytes) in unreadable(&payload) {
        table.row(format!("the payload is {name}"), of_bytes(&header, bytes), TokenMalformed);
    }
    for (name, bytes) in readable(&header) {
        table.row(format!("the header is {name}"), of_bytes(bytes, &payload), Permitted);
    }
    for (name, bytes) in readable(&payload) {
        table.row(format!("the payload is {name}"), of_bytes(&header, bytes), Permitted);
    }
    twice(&mut table);
    for (name, text, expected) in [
        ("the header is an empty object", "{}", AlgNotAllowed),
        ("the header names alg with a space", r#"{"alg ":"RS256","kid":"k"}"#, AlgNotAllowed),
        ("the header names ALG in capitals", r#"{"ALG":"RS256","kid":"k"}"#, AlgNotAllowed),
        ("the header names KID in capitals", r#"{"alg":"RS256","KID":"k"}"#, HeaderNotAllowed),
        ("the header escapes a letter of alg", r#"{"\u0061lg":"RS256","kid":"k"}"#, Permitted),
        ("the header escapes a letter of RS256", r#"{"alg":"RS25\u0036","kid":"k"}"#, Permitted),
        ("the header escapes a letter of crit", r#"{"alg":"RS256","kid":"k","\u0063rit":["x"]}"#, HeaderNotAllowed),
    ] {
        table.row(name, of_bytes(text, &payload), expected);
    }
    table
}

/// Bytes that are no object, or one with more than one reading.
fn unreadable(object: &str) -> Vec<(&'static str, Vec<u8>)> {
    let inside = object.strip_prefix('{').unwrap();
    let with = |member: &str| format!("{{{member},{inside}").into_bytes();
    vec![
        ("a list", b"[]".to_vec()),
        ("the object in a list", format!("[{object}]").into_bytes()),
        ("null", b"null".to_vec()),
        ("true", b"true".to_vec()),
        ("a number", b"1".to_vec()),
        ("a text", b"\"RS256\"".to_vec()),
        ("the object in a text", json!(object).to_string().into_bytes()),
        ("no JSON", b"alg=RS256".to_vec()),
        ("a space", b" ".to_vec()),
        ("cut off", object[..object.len() - 1].into()),
        ("followed by a letter", format!("{object}x").into_bytes()),
        ("followed by another object", format!("{object}{{}}").into_bytes()),
        ("followed by a NUL", format!("{object}\0").into_bytes()),
        ("followed by a comma", format!("{object},").into_bytes()),
        ("preceded by a byte order mark", format!("\u{feff}{object}").into_bytes()),
        ("preceded by a no-break space", format!("\u{a0}{object}").into_bytes()),
        ("UTF-16", object.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("with a byte that is no UTF-8", [b"{\"x\":\"\xff\",", inside.as_bytes()].concat()),
        ("with Latin-1", [b"{\"x\":\"\xe9\",", inside.as_bytes()].concat()),
        ("with an overlong slash", [b"{\"x\":\"\xc0\xaf\",", inside.as_bytes()].concat()),
        ("with an encoded surrogate", [b"{\"x\":\"\xed\xa0\x80\",", inside.as_bytes()].concat()),
        ("with half a surrogate pair", with(r#""x":"\ud800""#)),
        ("with single quotes", with("'x':1")),
        ("with a name without quotes", with("x:1")),
        ("with a number as name", with("1:1")),
        ("with a comma too many", format!("{},}}", &object[..object.len() - 1]).into_bytes()),
        ("with a comment", with("/* x */ \"x\":1")),
        ("with a leading zero", with(r#""x":01"#)),
        ("with a plus sign", with(r#""x":+1"#)),
        ("with a hexadecimal number", with(r#""x":0x1"#)),
        ("with NaN", with(r#""x":NaN"#)),
        ("with Infinity", with(r#""x":Infinity"#)),
        ("with a number beyond all numbers", with(r#""x":1e400"#)),
        ("with undefined", with(r#""x":undefined"#)),
        ("with True", with(r#""x":True"#)),
        ("with a bad escape", with(r#""x":"\x41""#)),
        ("with a line feed in a text", with("\"x\":\"\n\"")),
        ("nested 65 deep in lists", with(&format!("\"x\":{}{}", "[".repeat(64), "]".repeat(64)))),
        ("nested 65 deep in objects", with(&format!("\"x\":{}1{}", "{\"x\":".repeat(64), "}".repeat(64)))),
        ("nested 1,000 deep", with(&format!("\"x\":{}{}", "[".repeat(1000), "]".repeat(1000)))),
        ("nested and never closed", with(&format!("\"x\":{}", "[".repeat(1000)))),
        ("with the same member twice", with(r#""x":1,"x":1"#)),
        ("with a member twice, once escaped", with(r#""x":1,"\u0078":2"#)),
        ("with an empty name twice", with(r#""":1,"":2"#)),
    ]
}

/// Bytes with one reading, however odd they look.
fn readable(object: &str) -> Vec<(&'static str, String)> {
    let inside = object.strip_prefix('{').unwrap();
    let with = |member: &str| format!("{{{member},{inside}");
    vec![
        ("with white space around it", format!(" \t\r\n{object} \t\r\n")),
        ("nested 64 deep", with(&format!("\"x\":{}{}", "[".repeat(63), "]".repeat(63)))),
        ("with brackets in a text", with(&format!("\"x\":\"{}\\\"{}\"", "[".repeat(100), "{".repeat(100)))),
        ("with a member twice, further in", with(r#""x":{"y":1,"y":2}"#)),
        ("with names that differ in case", with(r#""x":1,"X":2"#)),
        ("with names that look alike", with("\"x\":1,\"х\":2")),
        ("with a surrogate pair", with(r#""x":"\ud83d\ude00""#)),
        ("with a NUL, escaped", with(r#""x":"\u0000""#)),
        ("with a large integer", with(r#""x":123456789012345678901234567890"#)),
    ]
}

/// Members that would decide, each twice: readers who take the first and readers who take the last would disagree.
fn twice(table: &mut Table) {
    let (header, payload) = (Draft::access().header_text(), Draft::access().claims_text());
    for member in [r#""alg":"none""#, r#""alg":"RS256""#, r#""kid":"k""#, r#""kid":"other""#] {
        let (first, last) =
            (format!("{{{member},{}", &header[1..]), format!("{},{member}}}", &header[..header.len() - 1]));
        table.row(format!("{member} in front of the header"), of_bytes(first, &payload), TokenMalformed);
        table.row(format!("{member} behind the header"), of_bytes(last, &payload), TokenMalformed);
    }
    for member in [
        r#""sub":"mallory""#,
        r#""iss":"https://evil.example""#,
        r#""exp":9999999999"#,
        r#""client_id":"other""#,
        r#""token_use":"id""#,
    ] {
        let (first, last) =
            (format!("{{{member},{}", &payload[1..]), format!("{},{member}}}", &payload[..payload.len() - 1]));
        table.row(format!("{member} in front of the payload"), of_bytes(&header, first), TokenMalformed);
        table.row(format!("{member} behind the payload"), of_bytes(&header, last), TokenMalformed);
    }
}
