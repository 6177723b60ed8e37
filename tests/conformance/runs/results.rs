//! The runs of the kit, each made once for whoever asks first: the test that judges it, or the one that writes the score.

use arcp_conformance::library::Library;
use arcp_conformance::outcome::Outcome;
use tokio::sync::{OnceCell, Semaphore};

use crate::{baseline, clients, ours};

/// A run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    WebSocketSqlite,
    WebSocketMemory,
    StdioSqlite,
    StdioMemory,
    InProcessSqlite,
    InProcessMemory,
    OurClient,
    OurClientStdio,
    PythonRuntime,
    PythonClient,
}

/// Every run with its name.
pub(crate) const RUNS: [(Run, &str); 10] = [
    (Run::WebSocketSqlite, "WebSocket, SQLite"),
    (Run::WebSocketMemory, "WebSocket, memory"),
    (Run::StdioSqlite, "stdio, SQLite"),
    (Run::StdioMemory, "stdio, memory"),
    (Run::InProcessSqlite, "in process, SQLite"),
    (Run::InProcessMemory, "in process, memory"),
    (Run::OurClient, "our client, WebSocket"),
    (Run::OurClientStdio, "our client, stdio"),
    (Run::PythonRuntime, "Python runtime"),
    (Run::PythonClient, "Python client"),
];

impl Run {
    /// Whether a client was tested.
    pub(crate) fn is_client(self) -> bool {
        matches!(
            self,
            Self::OurClient | Self::OurClientStdio | Self::PythonClient
        )
    }

    /// Whether it is the Python SDK.
    pub(crate) fn is_python(self) -> bool {
        matches!(self, Self::PythonRuntime | Self::PythonClient)
    }
}

/// So many runs at a time. They wait for the clock more than they compute, but more would slow one another down.
static AT_A_TIME: Semaphore = Semaphore::const_new(4);

static MADE: [OnceCell<Vec<Outcome>>; RUNS.len()] = [const { OnceCell::const_new() }; RUNS.len()];

/// What came of a run.
pub(crate) async fn of(run: Run) -> &'static [Outcome] {
    let made = &MADE[run as usize];
    made.get_or_init(|| async {
        let _turn = AT_A_TIME.acquire().await.unwrap();
        let library = Library::load().unwrap();
        match run {
            Run::WebSocketSqlite => ours::served(&library, true).await,
            Run::WebSocketMemory => ours::served(&library, false).await,
            Run::StdioSqlite => ours::spoken(&library, true).await,
            Run::StdioMemory => ours::spoken(&library, false).await,
            Run::InProcessSqlite => ours::in_process(&library, true).await,
            Run::InProcessMemory => ours::in_process(&library, false).await,
            Run::OurClient => clients::ours(&library, false).await,
            Run::OurClientStdio => clients::ours(&library, true).await,
            Run::PythonRuntime => baseline::runtime(&library).await,
            Run::PythonClient => clients::python(&library).await,
        }
    })
    .await
}
