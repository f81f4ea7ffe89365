//! The table of mistakes, for this crate's tests and for those of the command line.

/// One row of the table.
pub struct Mistake {
    /// The policy, as JSON and as YAML.
    pub policy: String,
    /// Line and `PLACE: MESSAGE` of each problem that it has.
    pub problems: Vec<(usize, &'static str)>,
}

/// Every row.
pub fn mistakes() -> Vec<Mistake> {
    let mut form = "";
    let mut mistakes = Vec::new();
    for block in include_str!("mistakes.txt").trim_end().split("\n\n") {
        if let Some(name) = block.strip_prefix("= ") {
            form = name;
        } else if !block.starts_with('#') {
            let (said, written): (Vec<_>, Vec<_>) = block.lines().partition(|line| line.starts_with("> "));
            let problems = said.iter().map(|line| problem(line).expect(line)).collect();
            mistakes.push(Mistake { policy: whole(form, &written.join("\n")), problems });
        }
    }
    mistakes
}

fn problem(line: &'static str) -> Option<(usize, &'static str)> {
    let (number, said) = line.strip_prefix("> ")?.split_once(' ')?;
    Some((number.parse().ok()?, said))
}

fn whole(form: &str, written: &str) -> String {
    match form {
        "policy" => written.to_owned(),
        "sections" => {
            let routes = r#"[{"path": "/*", "allow": "signed_in", "origin": "app"}]"#;
            format!("{{\"version\": 1,\n{written},\n\"routes\": {routes}}}")
        }
        "routes" => format!("{{\"version\": 1, \"routes\": [\n{written}\n]}}"),
        "routes without sign-in" => {
            format!("{{\"version\": 1, \"sign_in\": {{\"mode\": \"none\"}}, \"routes\": [\n{written}\n]}}")
        }
        other => unreachable!("mistakes.txt has no form {other:?}"),
    }
}
