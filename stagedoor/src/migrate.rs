//! `stagedoor migrate`: the catalog's schema, up, down and as it is.

use std::path::Path;

use catalog::dynamo::schema;
use catalog::sqlite::migrate::{self, NEWEST, Step};
use catalog::{Address, CatalogError, DynamoCatalog};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, block_on};

#[derive(Subcommand)]
#[command(after_help = "Example: stagedoor migrate status --catalog sqlite:.data/catalog.db\n\n\
    `stagedoor up` brings its own catalog up; the other way needs `migrate down`, while nothing runs on it.")]
pub enum Command {
    /// Say which migrations the catalog has; nothing is changed
    Status(Place),
    /// Apply what the catalog lacks; in DynamoDB, write items of older schemas anew
    Up(Arguments),
    /// Undo migrations, the newest first; what only they could hold is lost
    Down(Arguments),
}

/// Which catalog.
#[derive(Args)]
pub struct Place {
    /// The catalog: sqlite:PATH, or dynamodb:PREFIX with region, credentials and endpoint from the environment
    #[arg(long, value_name = "ADDRESS", default_value = "sqlite:.data/catalog.db")]
    catalog: String,
}

#[derive(Args)]
#[command(after_help = "Example: stagedoor migrate up --catalog sqlite:.data/catalog.db\n         \
    stagedoor migrate down --catalog sqlite:.data/catalog.db --to 1\n\n\
    Prints what was done as one line of JSON.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The number of the migration that is to be the last; by default the newest (up), or the one before (down)
    #[arg(long, value_name = "N")]
    to: Option<u32>,
}

pub fn run(command: &Command) -> Result<(), Failure> {
    let (place, to) = match command {
        Command::Status(place) => (place, None),
        Command::Up(Arguments { place, to }) | Command::Down(Arguments { place, to }) => (place, *to),
    };
    let address: Address = place
        .catalog
        .parse()
        .map_err(|_| Failure::Input(format!("--catalog {}: expected sqlite:PATH or dynamodb:PREFIX", place.catalog)))?;
    match address {
        Address::Sqlite(path) => sqlite(command, &place.catalog, &path, to).map_err(|e| failure(&e)),
        Address::DynamoDb(prefix) => block_on(dynamodb(command, &place.catalog, &prefix, to)),
    }
}

fn sqlite(command: &Command, address: &str, path: &Path, to: Option<u32>) -> Result<(), CatalogError> {
    let changed = match command {
        Command::Status(_) => None,
        Command::Up(_) => Some(("applied", migrate::up(path, to)?)),
        Command::Down(_) => Some(("undone", migrate::down(path, to)?)),
    };
    let migrations = migrate::status(path)?;
    let at = migrations.iter().filter(|step| step.applied).map(|step| step.number).max().unwrap_or(0);
    let mut answer = Map::from_iter([
        ("catalog".to_owned(), json!(address)),
        ("at".to_owned(), json!(at)),
        ("newest".to_owned(), json!(NEWEST)),
    ]);
    if let Some((done, steps)) = &changed {
        let steps_done = steps.iter().map(|step| json!({"number": step.number, "name": step.name})).collect();
        answer.insert((*done).to_owned(), steps_done);
        eprintln!("{address} is at {at} of {NEWEST}: {}", sentence(done, steps));
    } else {
        answer.insert("migrations".to_owned(), json!(migrations));
        eprintln!("{address} is at {at} of {NEWEST}");
    }
    println!("{}", Value::Object(answer));
    Ok(())
}

/// `0002_sharing, 0003_people undone`.
fn sentence(done: &str, steps: &[Step]) -> String {
    if steps.is_empty() {
        return format!("nothing {done}");
    }
    let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
    format!("{} {done}", names.join(", "))
}

async fn dynamodb(command: &Command, address: &str, prefix: &str, to: Option<u32>) -> Result<(), Failure> {
    let newest = schema::NEWEST;
    if let Some(to) = to.filter(|to| *to != newest) {
        return Err(Failure::Input(format!("--to {to}: expected {newest}; items know no other schema to go to")));
    }
    if let Command::Down(_) = command {
        let message =
            "items in DynamoDB do not go down, and an older build refuses newer ones; restore a backup instead";
        return Err(Failure::Input(format!("{address}: {message}")));
    }
    let catalog = DynamoCatalog::from_environment(prefix).await;
    let mut answer = Map::from_iter([("catalog".to_owned(), json!(address)), ("newest".to_owned(), json!(newest))]);
    if let Command::Up(_) = command {
        let written = schema::up(&catalog).await.map_err(|e| failure(&e))?;
        answer.insert("written".to_owned(), json!(written));
        eprintln!("{address}: {written} items written as schema {newest}");
    } else {
        let tables = schema::status(&catalog).await.map_err(|e| failure(&e))?;
        let older: u64 = tables.iter().flat_map(|table| table.items.range(..newest)).map(|(_, count)| count).sum();
        answer.insert("older".to_owned(), json!(older));
        answer.insert("tables".to_owned(), json!(tables));
        eprintln!("{address}: {older} items of an older schema than {newest}");
    }
    println!("{}", Value::Object(answer));
    Ok(())
}

fn failure(error: &CatalogError) -> Failure {
    match error {
        CatalogError::Invalid { field: "to", message } => Failure::Input(format!("--to: {message}")),
        error => Failure::Input(error.to_string()),
    }
}
