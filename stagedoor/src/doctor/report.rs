use std::io::IsTerminal as _;

use serde_json::json;

use super::finding::{Finding, Verdict};

/// Says everything: to a person on stderr, to a program on stdout.
pub fn say(url: &str, findings: &[Finding]) {
    eprintln!("{}", text(url, findings, std::io::stderr().is_terminal()));
    let good = findings.iter().all(|finding| finding.verdict != Verdict::Bad);
    println!("{}", json!({"url": url, "good": good, "checks": findings}));
}

fn text(url: &str, findings: &[Finding], colour: bool) -> String {
    let paint = |text: &str, code: u8| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let (green, red, grey) = (32, 31, 90);
    let mut lines = vec![url.to_owned()];
    for finding in findings {
        let (verdict, code) = match finding.verdict {
            Verdict::Good => ("good    ", green),
            Verdict::Bad => ("BAD     ", red),
            Verdict::LeftOut => ("left out", grey),
        };
        lines.push(format!(
            "  {}  {:<11} {:<34} {}",
            paint(verdict, code),
            finding.check,
            finding.target,
            finding.seen
        ));
        if let Some(advice) = finding.advice {
            lines.push(format!("            expected    {}\n            to do       {advice}", finding.expected));
        }
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    lines.push(format!(
        "{} good, {} bad, {} left out",
        count(Verdict::Good),
        count(Verdict::Bad),
        count(Verdict::LeftOut)
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bad_says_what_to_do_and_colours_are_for_terminals() {
        let findings = [
            Finding::judged("keys", "GET /keys", true, ("2 keys", "2 keys"), "apply again"),
            Finding::judged("stranger", "GET /api/x", false, ("200", "401 no_token"), "look at the policy"),
            Finding::left_out("transport", "http://a", "the site is http"),
        ];
        let plain = text("https://a", &findings, false);
        assert!(!plain.contains('\x1b'), "{plain}");
        assert!(plain.contains("BAD       stranger    GET /api/x"), "{plain}");
        assert!(plain.contains("expected    401 no_token\n            to do       look at the policy"), "{plain}");
        assert!(!plain.contains("apply again") && plain.ends_with("1 good, 1 bad, 1 left out"), "{plain}");
        assert!(text("https://a", &findings, true).contains("\x1b[31mBAD     \x1b[0m"));
    }
}
