//! The client library with a runtime that it starts itself and speaks to over stdin and stdout.

use arcp_runtime::client::{Client, ClientError, Submission};

use crate::support::soon;

#[tokio::test]
async fn a_runtime_is_started_as_a_program() {
    let arguments = [
        "serve",
        "--stdio",
        "--store",
        "memory",
        "--token",
        "tok-a=alice",
    ];
    let connecting = Client::program(env!("CARGO_BIN_EXE_arcp"), arguments)
        .token("tok-a")
        .connect();
    let client = soon("the welcome", connecting).await.unwrap();
    let submitting = client.submit(Submission::to("echo").input(&[1, 2]));
    let mut job = soon("the acceptance", submitting).await.unwrap();
    let result = soon("the result", job.result_as::<Vec<u32>>()).await;
    assert_eq!(result, Ok(vec![1, 2]));
    soon("the end", client.close("done")).await;
}

#[tokio::test]
async fn a_program_that_is_not_there_or_no_runtime_is_told() {
    let nothing = Client::program("/nothing/here", [""; 0])
        .token("t")
        .connect();
    let error = soon("the refusal", nothing).await.unwrap_err();
    let expected = "cannot start /nothing/here";
    assert!(error.to_string().contains(expected), "{error}");
    assert!(
        matches!(
            error,
            ClientError::Connect {
                transient: false,
                ..
            }
        ),
        "{error}"
    );
    let help = Client::program(env!("CARGO_BIN_EXE_arcp"), ["--help"])
        .token("t")
        .connect();
    assert!(soon("the end of the help", help).await.is_err());
}
