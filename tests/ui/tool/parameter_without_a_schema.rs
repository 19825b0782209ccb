use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
struct Query {
    text: String,
}

/// Finds something.
#[tool(retry = 2)]
async fn find(
    /** what to find */
    query: &Query, // wrong
    most: u32,
) -> Result<String, String> {
    Ok(format!("{} {most}", query.text))
}

fn main() {}
