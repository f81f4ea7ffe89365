use serde::Serialize;

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it was deployed.
    Good,
    /// Otherwise.
    Bad,
    /// It does not apply here; `seen` says why.
    LeftOut,
}

/// One check and what came of it. No field holds a token, a cookie or a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is checked: a stable name.
    pub check: &'static str,
    /// What was asked, such as `GET /api/x`.
    pub target: String,
    pub verdict: Verdict,
    pub seen: String,
    pub expected: String,
    /// What to do; there where the verdict is bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

impl Finding {
    /// A check that was made.
    pub fn judged(
        check: &'static str,
        target: impl Into<String>,
        good: bool,
        (seen, expected): (impl Into<String>, impl Into<String>),
        advice: &'static str,
    ) -> Self {
        let (verdict, advice) = if good { (Verdict::Good, None) } else { (Verdict::Bad, Some(advice)) };
        Self { check, target: target.into(), verdict, seen: seen.into(), expected: expected.into(), advice }
    }

    /// A check that cannot be made here.
    pub fn left_out(check: &'static str, target: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            check,
            target: target.into(),
            verdict: Verdict::LeftOut,
            seen: why.into(),
            expected: String::new(),
            advice: None,
        }
    }
}
