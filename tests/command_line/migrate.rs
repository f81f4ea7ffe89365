//! `migrate status`, `up`, `down`: what they answer, on a file and on DynamoDB's stand-in, and every error.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use end_to_end::{python, root, stagedoor};
use serde_json::{Value, json};

use super::{lines, run, stderr};

fn address(directory: &tempfile::TempDir) -> String {
    format!("sqlite:{}", directory.path().join("catalog.db").display())
}

fn good(arguments: &[&str]) -> Value {
    let output = run(&[&["migrate"], arguments].concat());
    one(arguments, &output)
}

fn one(arguments: &[&str], output: &Output) -> Value {
    assert!(output.status.success(), "{arguments:?}: {}", stderr(output));
    let mut lines = lines(output);
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

fn bad(arguments: &[&str], says: &str) {
    let output = run(&[&["migrate"], arguments].concat());
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    assert!(output.stdout.is_empty());
}

fn numbers(steps: &Value) -> Vec<u64> {
    steps.as_array().unwrap().iter().map(|step| step["number"].as_u64().unwrap()).collect()
}

#[test]
fn a_file_goes_up_and_down() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = address(&directory);
    let up = good(&["up", "--catalog", &catalog, "--to", "2"]);
    assert_eq!((&up["catalog"], &up["at"], numbers(&up["applied"])), (&json!(catalog), &json!(2), vec![1, 2]));
    let status = good(&["status", "--catalog", &catalog]);
    assert_eq!(status["migrations"][1], json!({"number": 2, "name": "0002_sharing", "applied": true}));
    assert_eq!(status["migrations"][2]["applied"], json!(false));
    let newest = status["newest"].as_u64().unwrap();
    assert_eq!(numbers(&good(&["up", "--catalog", &catalog])["applied"]), (3..=newest).collect::<Vec<_>>());
    assert_eq!(good(&["up", "--catalog", &catalog])["applied"], json!([]));
    assert_eq!(numbers(&good(&["down", "--catalog", &catalog])["undone"]), [newest]);
    let down = good(&["down", "--catalog", &catalog, "--to", "0"]);
    assert_eq!((&down["at"], numbers(&down["undone"])), (&json!(0), (1..newest).rev().collect()));
}

#[test]
fn what_cannot_be_done_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = address(&directory);
    bad(&["status", "--catalog", &catalog], "catalog.db");
    bad(&["status", "--catalog", "catalog.db"], "--catalog catalog.db: expected sqlite:PATH or dynamodb:PREFIX");
    bad(&["up", "--catalog", &catalog, "--to", "99"], "--to: expected 0 to");
    bad(&["down", "--catalog", "dynamodb:x"], "do not go down");
    bad(&["up", "--catalog", "dynamodb:x", "--to", "1"], "--to 1: expected 2");
    std::fs::write(directory.path().join("catalog.db"), "no database at all, but some text".repeat(99)).unwrap();
    bad(&["up", "--catalog", &catalog], "not a database");
    let help = run(&["migrate", "up", "--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("Example: stagedoor migrate up"));
}

/// The server ends with its standard input, so with this process at the latest.
#[test]
fn dynamodbs_address_and_endpoint_are_taken_from_where_they_are() {
    let script = Path::new("catalog/tests/dynamodb_server.py");
    let mut server = Command::new(python());
    let mut server = server.arg(root().join(script)).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let endpoint = format!("http://127.0.0.1:{}", port.trim());
    let migrate = |verb: &str| {
        Command::new(stagedoor())
            .args(["migrate", verb, "--catalog", "dynamodb:stage"])
            .env("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .output()
            .unwrap()
    };
    let missing = migrate("status");
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("ResourceNotFound"), "{}", stderr(&missing));
    make_tables(&endpoint);
    assert_eq!(one(&["up"], &migrate("up"))["written"], json!(1));
    let status = one(&["status"], &migrate("status"));
    assert_eq!(status["older"], json!(0));
    let media = json!({"table": "stage-media", "items": {"2": 1}});
    assert!(status["tables"].as_array().unwrap().contains(&media), "{status}");
    drop(server.stdin.take());
    server.wait().unwrap();
}

/// The tables that `catalog/tables.json` names, as whoever deploys makes them, and a row that an older build wrote.
fn make_tables(endpoint: &str) {
    let program = r#"
import json, sys, boto3
db = boto3.client("dynamodb", endpoint_url=sys.argv[1], region_name="eu-central-1",
                  aws_access_key_id="test", aws_secret_access_key="test")
tables = json.load(open("catalog/tables.json"))
pair = lambda key: [{"AttributeName": key["hash"], "KeyType": "HASH"}, {"AttributeName": key["range"], "KeyType": "RANGE"}]
for name, table in tables["tables"].items():
    keys = [tables["key"]] + [tables["indexes"][index] for index in table["indexes"]]
    indexes = [{"IndexName": index, "KeySchema": pair(tables["indexes"][index]),
                "Projection": {"ProjectionType": "KEYS_ONLY"}} for index in table["indexes"]]
    db.create_table(TableName="stage-" + name, BillingMode="PAY_PER_REQUEST", KeySchema=pair(tables["key"]),
                    AttributeDefinitions=[{"AttributeName": key[end], "AttributeType": "S"} for key in keys for end in key],
                    **({"GlobalSecondaryIndexes": indexes} if indexes else {}))
s, n = lambda text: {"S": text}, lambda number: {"N": str(number)}
db.put_item(TableName="stage-media", Item={
    "pk": s("m#old"), "sk": s("row"), "schema": n(1), "id": s("old"), "owner": s("ada"), "title": s("Old"),
    "kind": s("unknown"), "status": s("uploaded"), "renditions": {"L": []}, "created_at": n(7), "updated_at": n(8),
    "source": {"M": {"key": s("k"), "bytes": n(5), "etag": s("e")}}})
"#;
    let made = Command::new(python()).args(["-c", program, endpoint]).current_dir(root()).status().unwrap();
    assert!(made.success());
}
