//! `policy function`.

use super::{run, stderr};

const POLICY: &str = "version: 1\ncors: { allow_origins: [https://app.example.com] }\nroutes:\n  \
                      - { path: /p/*, allow: pass, gate: function, origin: media, cache: media }\n";

#[test]
fn policy_function_writes_the_function_or_says_why_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("policy.yaml"), POLICY).unwrap();
    let printed = run(&["policy", "function", "--policy", &path("policy.yaml")]);
    assert!(printed.status.success(), "{}", stderr(&printed));
    let text = String::from_utf8(printed.stdout).unwrap();
    assert!(text.starts_with("import cf from 'cloudfront';\n"), "{text}");
    assert!(text.len() <= 8000, "{} bytes", text.len());

    let written = run(&["policy", "function", "--policy", &path("policy.yaml"), "-o", &path("function.js")]);
    assert!(written.status.success() && written.stdout.is_empty(), "{}", stderr(&written));
    assert_eq!(std::fs::read_to_string(path("function.js")).unwrap(), text);

    let many: String = (0..50)
        .map(|n| format!("  - {{ path: /{n}/{}/*, allow: anyone, gate: function, origin: app }}\n", "x".repeat(40)))
        .collect();
    std::fs::write(path("large.yaml"), format!("{POLICY}{many}")).unwrap();
    let large = run(&["policy", "function", "--policy", &path("large.yaml")]);
    assert_eq!(large.status.code(), Some(1));
    assert!(stderr(&large).contains("CloudFront takes 10000 at most; join routes"), "{}", stderr(&large));

    std::fs::write(path("bad.yaml"), POLICY.replace("allow: pass", "allow: nobody")).unwrap();
    let bad = run(&["policy", "function", "--policy", &path("bad.yaml")]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(stderr(&bad).contains("bad.yaml:4:"), "{}", stderr(&bad));
}
