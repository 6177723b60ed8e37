//! Lose the connection in the middle of a job, again and again: every event arrives, once and in order (§6.3).
//!
//! `cargo run -p arcp-runtime --example resume`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::net::SocketAddr;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Incident, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::{EventBody, LogLevel};
use tokio::io::{AsyncReadExt as _, copy};
use tokio::net::{TcpListener, TcpStream};

/// Counts aloud.
#[arcp_agent(version = "1.0.0")]
async fn count(ctx: JobContext, to: u32) -> Result<(), AgentError> {
    for number in 1..=to {
        ctx.log(LogLevel::Info, number.to_string()).await?;
    }
    Ok(())
}

/// A network that loses every connection once it has carried so many bytes to the client.
async fn network(listener: TcpListener, to: SocketAddr) -> std::io::Result<()> {
    loop {
        let (mut client, _) = listener.accept().await?;
        let mut runtime = TcpStream::connect(to).await?;
        let (from_client, mut to_client) = client.split();
        let (from_runtime, mut to_runtime) = runtime.split();
        let (mut requests, mut answers) = (from_client, from_runtime.take(50_000));
        tokio::select! {
            _ = copy(&mut requests, &mut to_runtime) => {}
            _ = copy(&mut answers, &mut to_client) => {}
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(count)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}", socket.local_addr()?);
    tokio::spawn(network(socket, listening.address()));

    let client = Client::builder(url).token("secret").connect().await?;
    let mut incidents = client.incidents();
    let mut job = client.submit(Submission::to("count").input(&1000)).await?;
    let mut events = job.events();
    let (mut seen, mut returns) = (0, 0);
    loop {
        tokio::select! {
            biased;
            Some(incident) = incidents.next() => if let Incident::Resumed { .. } = incident {
                returns += 1;
            },
            event = events.next() => {
                // What could not be recovered would stand here as an error.
                let Some(event) = event.transpose()? else { break };
                let EventBody::Log(log) = event.body else { continue };
                seen += 1;
                assert_eq!(log.message, seen.to_string());
            }
        }
    }
    job.result().await?;
    assert!(returns > 3, "only {returns} times");
    println!("the connection was lost again and again");
    println!("{seen} events arrived, none is missing, none came twice");
    assert_eq!(seen, 1000);
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
