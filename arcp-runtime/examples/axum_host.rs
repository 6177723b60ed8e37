//! Serve a runtime inside an axum application of one's own: beside its routes, watched by its health checks, drained when it stops (§4).
//!
//! `cargo run -p arcp-runtime --features axum --example axum_host`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::hosting;
use arcp_runtime::server::Runtime;
use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Greets somebody.
#[arcp_agent]
async fn greet(_ctx: JobContext, name: String) -> Result<String, AgentError> {
    Ok(format!("Hello, {name}!"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tokens = BearerTokens::new().with("secret", "me");
    let runtime = Runtime::builder()
        .agent(greet)
        .verifier(tokens)
        .start()
        .await?;

    // The application has its own routes, layers and port; the runtime adds /arcp, /healthz, /readyz and /metrics.
    let app = Router::new()
        .route("/", get(|| async { "my own page" }))
        .merge(hosting::routes(&runtime));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        // In a program that stays this is a signal. The connections of sessions are the runtime's: it says goodbye to them.
        let _ = stopped.await;
        if let Err(error) = runtime.drain(Duration::from_secs(30)).await {
            println!("{error}");
        }
    });
    let server = tokio::spawn(server.into_future());

    println!("GET /        {}", page(address, "/").await?);
    println!("GET /readyz  {}", page(address, "/readyz").await?);

    let client = Client::builder(format!("ws://{address}/arcp"))
        .token("secret")
        .connect()
        .await?;
    let mut job = client.submit(Submission::to("greet").input("Ada")).await?;
    println!("job          {}", job.result_as::<String>().await?);
    client.close("done").await;

    let metrics = page(address, "/metrics").await?;
    let ended = metrics
        .lines()
        .find(|line| line.starts_with("arcp_jobs_ended_total{status=\"success\"}"));
    println!("GET /metrics {}", ended.unwrap_or("nothing has ended"));

    let _ = stop.send(());
    server.await??;
    println!("stopped      in good order");
    Ok(())
}

/// The body of a page.
async fn page(address: SocketAddr, path: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("no HTTP answer")?;
    Ok(body.to_owned())
}
