//! Signs of life keep a quiet connection, and show a dead one that was never closed (§6.4).
//!
//! `cargo run -p arcp-runtime --example heartbeat`
//!
//! The clock is tokio's paused one, which jumps ahead whenever everybody waits: an hour of silence passes at once.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Incident};
use arcp_runtime::server::Runtime;
use tokio::sync::Notify;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let freeze = Arc::new(Notify::new());
    let client = {
        let (runtime, freeze) = (runtime.clone(), freeze.clone());
        Client::in_process(move |connection| {
            let (serving, frozen) = (runtime.serve(connection), freeze.clone());
            tokio::spawn(async move {
                tokio::pin!(serving);
                tokio::select! {
                    () = &mut serving => return,
                    () = frozen.notified() => {}
                }
                // Nobody looks after this connection any more, and nobody closes it either.
                std::future::pending::<()>().await;
            });
        })
    };
    let client = client.token("secret").connect().await?;
    let mut incidents = client.incidents();
    if let Some(seconds) = client.welcome().welcome.heartbeat_interval_sec {
        println!("agreed: a sign of life every {seconds} s");
    }

    tokio::time::sleep(Duration::from_hours(1)).await;
    client.ping().await?;
    println!("after an hour in which nobody had anything to say: still there");

    freeze.notify_one();
    println!("now the runtime's end hangs");
    while let Some(incident) = incidents.next().await {
        match incident {
            Incident::Disconnected { reason } => println!("given up: {reason}"),
            Incident::Resumed { .. } => break,
            other => println!("{other:?}"),
        }
    }
    client.ping().await?;
    println!("back on a new connection, in the same session");
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
