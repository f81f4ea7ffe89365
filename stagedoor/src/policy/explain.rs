//! `stagedoor policy explain`: what a policy makes of a request, and why.

use std::path::{Path, PathBuf};

use clap::Args;
use edge_auth::policy::Policy;
use edge_auth::policy::explain::{Body, Ending, Explanation, Outcome, Question, RulePart, SignInPlace};
use edge_auth::token::Claims;
use serde_json::{Value, json};

use super::PolicySource;
use crate::failure::{Failure, read};

#[derive(Args)]
#[command(after_help = "Examples:\n  stagedoor policy explain /media/alice/film.mp4\n  \
    stagedoor policy explain https://media.example.com/admin/ --method POST --token-claims claims.json\n\n\
    claims.json is the payload of a token, such as {\"sub\": \"alice\", \"cognito:groups\": [\"admins\"]}. Only the policy is\n\
    asked: whether a token is genuine and current is what `stagedoor replay --explain` says.")]
pub struct Arguments {
    /// A URL, or a path alone; its query does not count
    #[arg(value_name = "URL")]
    url: String,
    /// The policy
    #[arg(long, value_name = "FILE", default_value = "policy.yaml")]
    policy: PathBuf,
    /// The method
    #[arg(long, default_value = "GET", ignore_case = true,
          value_parser = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"])]
    method: String,
    /// A JSON file with a token's claims, - is standard input; without it, a stranger asks
    #[arg(long, value_name = "FILE")]
    token_claims: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = path_of(&arguments.url).map_err(Failure::Input)?;
    let source = PolicySource::read(&arguments.policy)?;
    let policy = Policy::from_json(&source.value).map_err(|problems| Failure::Input(source.listing(&problems)))?;
    let claims = arguments.token_claims.as_deref().map(read_claims).transpose()?;
    let method = arguments.method.to_ascii_uppercase();
    let explanation = policy.explain(Question { path, method: &method, claims: claims.as_ref() });

    let line = explanation.route.as_ref().map(|route| source.line(&format!("/routes/{}", route.index)));
    let mut answer = json!({"url": arguments.url, "method": method, "line": line});
    if let (Some(answer), Value::Object(rest)) = (answer.as_object_mut(), json!(explanation)) {
        answer.extend(rest);
    }
    println!("{answer}");
    let asker = arguments.token_claims.as_ref().map_or("a stranger".to_owned(), |file| file.display().to_string());
    eprintln!("{method} {path}, as {asker}");
    let place = line.map(|line| format!("{}:{line}", arguments.policy.display()));
    for (what, said) in rows(&explanation, place.as_deref()) {
        eprintln!("  {what:<10} {said}");
    }
    if explanation.allowed { Ok(()) } else { Err(Failure::Check(format!("refused: {}", explanation.reason))) }
}

/// The path of a URL, as it is written there; a path alone is one.
fn path_of(url: &str) -> Result<&str, String> {
    let path = if url.starts_with('/') {
        Some(url)
    } else {
        let authority = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
        authority.and_then(|(_, rest)| rest.get(rest.find(['/', '?', '#'])?..)).filter(|rest| rest.starts_with('/'))
    };
    let path = path.and_then(|path| path.split(['?', '#']).next());
    path.ok_or_else(|| format!("URL: {url:?} has no path; expected https://HOST/PATH or /PATH"))
}

fn read_claims(file: &Path) -> Result<Claims, Failure> {
    let expected = "expected a JSON object with a token's claims, such as {\"sub\": \"alice\"}";
    let text = read(file)?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(_)) => Claims::read(text.into_bytes()).ok_or_else(|| {
            Failure::file(file, format!("a key stands there twice, or it nests over 64 deep; {expected}"))
        }),
        Ok(_) => Err(Failure::file(file, format!("JSON, but no object; {expected}"))),
        Err(e) => Err(Failure::file(file, format!("not JSON: {e}; {expected}"))),
    }
}

/// What a person reads, each row with what it is about.
fn rows(explanation: &Explanation, place: Option<&str>) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let path = &explanation.path;
    let canonical = if path.canonical { "canonical" } else { "not canonical: it can be read in more than one way" };
    rows.push(("path", canonical.to_owned()));
    let behaviour = explanation.behaviour.as_deref().unwrap_or("the default one: no route has such a path");
    rows.push(("CloudFront", format!("picks {behaviour}")));
    if let Some(route) = &explanation.route {
        let segments: String =
            route.segments.iter().map(|(name, value)| format!(", {{{name}}} is {value:?}")).collect();
        let missed = path.canonical && !route.exact;
        let exact = if missed { ", which this path does not match: each {name} is one segment" } else { "" };
        rows.push(("route", format!("{} ({}){segments}{exact}", route.path, place.unwrap_or_default())));
    }
    if let Some(token) = &explanation.token {
        part_rows(&mut rows, "token", token, 0);
    }
    if let Some(rule) = &explanation.rule {
        part_rows(&mut rows, "rule", rule, 0);
    }
    match &explanation.page {
        Some(page) if *page != explanation.script => {
            rows.push(("a page", in_words(page)));
            rows.push(("a script", in_words(&explanation.script)));
        }
        _ => rows.push(("so", in_words(&explanation.script))),
    }
    rows.extend(explanation.notes.iter().map(|note| ("note", note.clone())));
    rows
}

fn part_rows(rows: &mut Vec<(&'static str, String)>, what: &'static str, part: &RulePart, depth: usize) {
    let outcome = match part.outcome {
        Outcome::Holds => "holds",
        Outcome::DoesNotHold => "does not hold",
        Outcome::ClaimMalformed => "meets a malformed claim",
        Outcome::NotJudged => "is not judged",
    };
    rows.push((what, format!("{:indent$}{} {outcome}: {}", "", part.rule, part.because, indent = depth * 2)));
    for inner in &part.parts {
        part_rows(rows, "", inner, depth + 1);
    }
}

fn in_words(ending: &Ending) -> String {
    match ending {
        Ending::Forward { origin, cache } => format!("goes on to {}, cache {}", name(origin), name(cache)),
        Ending::Pass { status, to, ttl_seconds } => format!("gets {status} to {to}, good for {ttl_seconds} s"),
        Ending::SignInAddress => "is answered by sign-in itself".to_owned(),
        Ending::SignIn { status, at: SignInPlace::Hosted } => {
            format!("gets {status} to the identity provider's sign-in")
        }
        Ending::SignIn { status, at: SignInPlace::Page } => format!("gets {status} to /login"),
        Ending::Refusal { status, body: Body::Json } => format!("gets {status} with JSON"),
        Ending::Refusal { status, body: Body::Page } => format!("gets {status} with a page that says why"),
        Ending::Refusal { status, body: Body::CloudFront } => format!("gets {status} from CloudFront itself"),
    }
}

/// As the policy names it.
fn name(value: &impl serde::Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}
