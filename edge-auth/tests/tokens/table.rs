//! Rows of (name, token, reason), and the decision over each.

use std::fmt::Write as _;
use std::sync::Arc;

use edge_auth::config::EdgeConfig;
use edge_auth::event::{Event, Outcome};
use edge_auth::{Reason, Step};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::support::{NOW, decided, navigation};

/// One token and what is to come of it.
pub struct Row {
    pub name: String,
    site: Arc<EdgeConfig>,
    pub token: String,
    expected: Reason,
}

impl Row {
    pub fn is_refused(&self) -> bool {
        self.expected != Reason::Permitted
    }
}

/// The rows of one theme.
pub struct Table {
    theme: &'static str,
    site: Arc<EdgeConfig>,
    rows: Vec<Row>,
}

impl Table {
    pub fn new(theme: &'static str, site: EdgeConfig) -> Self {
        Self { theme, site: Arc::new(site), rows: Vec::new() }
    }

    /// The rows from here on are for that site.
    pub fn on(&mut self, site: EdgeConfig) {
        self.site = Arc::new(site);
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub fn row(&mut self, name: impl AsRef<str>, token: String, expected: Reason) {
        let name = format!("{}: {}", self.theme, name.as_ref());
        self.rows.push(Row { name, site: Arc::clone(&self.site), token, expected });
    }

    /// One parameter of the header with each of these values.
    pub fn header(&mut self, parameter: &str, values: impl IntoIterator<Item = Value>, expected: Reason) {
        for value in values {
            let draft = Draft::access().header(json!({ parameter: value }));
            self.row(format!("header {parameter} {value}"), draft.signed(), expected);
        }
    }

    /// One claim of the draft with each of these values.
    pub fn claim(&mut self, draft: &Draft, claim: &str, values: impl IntoIterator<Item = Value>, expected: Reason) {
        for value in values {
            let token = draft.clone().claims(json!({ claim: value })).signed();
            self.row(format!("{} {claim} {value}", draft.name()), token, expected);
        }
    }

    /// Decides over every row, however the token comes, and names every one that ends otherwise.
    pub fn judge(&self) {
        let mut wrong = String::new();
        for row in &self.rows {
            for (source, event) in carried(&row.token) {
                let verdict = decided(event, &row.site, NOW);
                let forwarded = matches!(verdict.step, Step::Done(Outcome::Forward(_)));
                if verdict.reason != row.expected || forwarded == row.is_refused() {
                    let (name, reason) = (&row.name, verdict.reason);
                    writeln!(wrong, "{name}: {reason} instead of {} by {source}", row.expected).unwrap();
                }
                if let Step::Done(outcome @ Outcome::Respond(_)) = &verdict.step {
                    let answer = serde_json::to_string(outcome).unwrap();
                    let told = row.token.len() > 40 && answer.contains(&row.token);
                    assert!(!told, "{}: the answer holds the token", row.name);
                }
            }
        }
        assert!(wrong.is_empty(), "\n{wrong}");
    }
}

/// The token in each place where a request may carry one.
fn carried(token: &str) -> [(&'static str, Event<'static>); 3] {
    let cookie = format!("a=b; __Host-sd-access={token}; c=d");
    let bearer = format!("Bearer {token}");
    let escaped: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    [
        ("cookie", navigation("/x", "", &[("cookie", &cookie)])),
        ("bearer", navigation("/x", "", &[("authorization", &bearer)])),
        ("query", navigation("/x", &format!("a=b&token={escaped}&c=d"), &[])),
    ]
}

/// A value of every JSON type but those, which are named as in the list.
pub fn types_but(left_out: &[&str]) -> Vec<Value> {
    let all = [
        ("text", json!("x")),
        ("number", json!(1)),
        ("number", json!(-1.5)),
        ("bool", json!(true)),
        ("bool", json!(false)),
        ("null", json!(null)),
        ("list", json!([])),
        ("list", json!(["x"])),
        ("mapping", json!({})),
        ("mapping", json!({"x": "x"})),
    ];
    all.into_iter().filter(|(name, _)| !left_out.contains(name)).map(|(_, value)| value).collect()
}
