use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use bench::cpu;
use pictures::{Recipe, Step, execute, facts, plan};
use serde::Deserialize;

use crate::contestant::Spent;

#[derive(Debug, Deserialize)]
struct Question {
    source: PathBuf,
    directory: PathBuf,
    recipe: PathBuf,
}

/// Does what each line of stdin asks for, until it ends.
pub fn serve() -> Result<()> {
    for line in std::io::stdin().lock().lines() {
        let question: Question = serde_json::from_str(&line?)?;
        let recipe = Recipe::parse(&std::fs::read_to_string(&question.recipe)?)?;
        let (wall, cpu) = (Instant::now(), cpu::time());
        render(&question, &recipe)?;
        let cpu = cpu::time().saturating_sub(cpu);
        let spent = Spent { wall_ms: wall.elapsed().as_secs_f64() * 1e3, cpu_ms: cpu.as_secs_f64() * 1e3 };
        let mut stdout = std::io::stdout().lock();
        serde_json::to_writer(&mut stdout, &spent)?;
        writeln!(stdout)?;
    }
    Ok(())
}

fn render(question: &Question, recipe: &Recipe) -> Result<()> {
    let bytes = std::fs::read(&question.source)?;
    let facts = facts(&bytes)?;
    let plan = plan(&facts, bytes.len() as u64, recipe)?;
    for (planned, file) in execute(&bytes, &facts, &plan, &recipe.keep, Step::First)?.files {
        std::fs::write(question.directory.join(&planned.file_name), file)?;
    }
    Ok(())
}
