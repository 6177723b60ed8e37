//! Decide by yourself who may connect: a verifier turns tokens into principals, and several work side by side (§6.1).
//!
//! `cargo run -p arcp-runtime --example verifier`

#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::{AnyOf, BearerTokens, Denied, Verified, Verifier};
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::protocol::principal::Principal;
use arcp_runtime::server::Runtime;
use tokio::sync::RwLock;

/// The sessions of a web application: who is logged in there may connect here.
#[derive(Debug, Default)]
struct Logins(RwLock<HashMap<String, String>>);

impl Verifier for Logins {
    fn verify<'a>(&'a self, token: &'a str) -> Verified<'a> {
        // A database may be asked here. The token is a secret, and the answer says nothing but no.
        Box::pin(async move {
            let logins = self.0.read().await;
            let name = logins.get(token).ok_or(Denied::Invalid)?;
            // `Identity::until` would end the session with the login.
            Ok(Principal::new(format!("user:{name}")).into())
        })
    }
}

/// Says who asks.
#[arcp_agent(version = "1.0.0")]
async fn whoami(ctx: JobContext, _input: ()) -> Result<String, AgentError> {
    Ok(ctx.principal().to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let logins = Arc::new(Logins::default());
    let machines = BearerTokens::new().with("long random text", "machine:backup");
    let runtime = Runtime::builder()
        .agent(whoami)
        .verifier(AnyOf::new(vec![logins.clone(), Arc::new(machines)]))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;

    let ada = ("cookie 1".to_owned(), "ada".to_owned());
    logins.0.write().await.extend([ada]);
    let mut welcome = 0;
    for token in ["cookie 1", "long random text", "cookie 2"] {
        match Client::builder(listening.url())
            .token(token)
            .connect()
            .await
        {
            Ok(client) => {
                let mut job = client.submit(Submission::to("whoami")).await?;
                println!("{token}: {}", job.result_as::<String>().await?);
                client.close("done").await;
                welcome += 1;
            }
            Err(refused) => println!("{token}: {refused}"),
        }
    }
    assert_eq!(welcome, 2);
    runtime.shutdown().await?;
    Ok(())
}
