use loomflow::prelude::*;

struct Client;

/// Fetches a page.
#[tool]
fn fetch(client: &Client, url: &str) -> String { // wrong
    let _ = client;
    url.to_owned()
}

fn main() {}
