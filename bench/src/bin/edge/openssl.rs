//! OpenSSL's own RSA-2048 verification: what no decision over a token can be quicker than, and the measure of the machine.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// CPU µs that one verification takes, by `openssl speed`, which counts user time where it is not told otherwise.
pub fn verification() -> Result<f64> {
    let arguments = ["speed", "-seconds", "1", "rsa2048"];
    let output = Command::new("openssl").args(arguments).stderr(Stdio::null()).output();
    let output = output.context("openssl cannot be run")?;
    anyhow::ensure!(output.status.success(), "openssl speed ended with {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    let each_second = verifications_a_second(&text).context("openssl speed says nothing of rsa2048")?;
    Ok(1e6 / each_second)
}

/// Reads the table; later versions of OpenSSL have more columns, so the heading says which one it is.
fn verifications_a_second(table: &str) -> Option<f64> {
    let heading = table.lines().find(|line| line.contains("verify/s"))?;
    let column = heading.split_whitespace().position(|word| word == "verify/s")?;
    let row = table.lines().find(|line| line.trim_start().starts_with("rsa"))?;
    let mut values = row.split_whitespace().skip_while(|word| *word != "bits").skip(1);
    values.nth(column)?.parse().ok().filter(|rate| *rate > 0.0)
}

#[cfg(test)]
mod tests {
    use super::verifications_a_second;

    #[test]
    fn the_column_is_found_in_both_tables() {
        let debian_12 = "                  sign    verify    sign/s verify/s\n\
                         rsa 2048 bits 0.000742s 0.000020s   1348.0  50044.0\n";
        assert_eq!(verifications_a_second(debian_12), Some(50044.0));
        let later = "                   sign    verify    encrypt   decrypt   sign/s verify/s  encr./s  decr./s\n\
                     rsa  2048 bits 0.000420s 0.000012s 0.000013s 0.000430s   2381.0  80645.2  76923.1  2325.6\n";
        assert_eq!(verifications_a_second(later), Some(80645.2));
        assert_eq!(verifications_a_second(""), None);
    }
}
