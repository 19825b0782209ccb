//! Runs the agent once, and exports what it did.

use std::{env, error::Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = env::var("OTEL_EXPORTER_OTLP_ENDPOINT").unwrap_or_else(|_| "http://localhost:4318".to_owned());
    let provider = traces::provider(&endpoint)?;
    tracing::subscriber::set_global_default(traces::subscriber(&provider))?;
    println!("{}", traces::Clerk::run(&traces::model(), "How is tea?".to_owned()).await?);
    // What is not sent yet.
    provider.shutdown()?;
    Ok(())
}
