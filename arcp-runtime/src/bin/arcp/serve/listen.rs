//! The port of `arcp serve`: the runtime listens on it, and reads its certificate again when it is told to.

use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;

use arcp_runtime::server::{ListenError, ListenOptions, Listening, Runtime};

use super::{Serve, Terminate};
use crate::fault::{Fault, Trouble};

impl Serve {
    /// Listens until a signal or the store ends it.
    pub(super) async fn listen(
        &self,
        runtime: &Runtime,
        place: &str,
        watched: Option<&str>,
        terminate: &mut Terminate,
    ) -> Result<(), Fault> {
        let listening = self.open(runtime).await?;
        let mut renewals = Renewals::new(self.encrypts())?;
        say(&format!("listening on {}, store {place}", listening.url()));
        if let Some(watched) = watched {
            say(watched);
        }
        let told = self.told_to_stop(runtime, terminate);
        tokio::pin!(told);
        loop {
            tokio::select! {
                () = renewals.due() => self.renew(&listening),
                stopped = runtime.stopped() => {
                    return stopped.map_err(|error| super::failed(&error));
                }
                told = &mut told => return told,
            }
        }
    }

    async fn open(&self, runtime: &Runtime) -> Result<Listening, Fault> {
        let options = ListenOptions::default().with_insecure(self.insecure);
        #[cfg(feature = "tls")]
        let options = match self.tls.identity()? {
            Some(identity) => options.with_identity(identity),
            None => options,
        };
        let address = SocketAddr::new(self.host, self.port);
        runtime
            .listen_with(address, options)
            .await
            .map_err(|error| match error {
                ListenError::Address(error) if error.kind() == ErrorKind::AddrInUse => Fault::new(
                    Trouble::Address,
                    format!(
                        "port {} is taken; choose another with --port, or --port 0 for a free one",
                        self.port
                    ),
                ),
                ListenError::Address(error) => Fault::new(
                    Trouble::Address,
                    format!(
                        "{address} cannot be listened on: {error}; choose another --host or --port"
                    ),
                ),
                error => Fault::machine(format!("{address}: {error}")),
            })
    }

    /// Reads the certificate again. Connections that are there keep what they have.
    #[cfg(feature = "tls")]
    fn renew(&self, listening: &Listening) {
        match self.tls.identity() {
            Ok(Some(identity)) => {
                listening.renew(identity);
                say("the certificate was read again");
            }
            // Without a certificate there is nothing to renew.
            Ok(None) => {}
            Err(fault) => {
                tracing::warn!("the certificate stays as it was: {fault}");
                say("the certificate stays as it was");
            }
        }
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "with TLS there is something to read")]
    fn renew(&self, _listening: &Listening) {}
}

/// A closed standard output does not keep a runtime from running.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// SIGHUP, where there is something to read again; elsewhere it ends the process, as it does without our doing.
struct Renewals(Option<tokio::signal::unix::Signal>);

impl Renewals {
    fn new(wanted: bool) -> Result<Self, Fault> {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = wanted.then(|| signal(SignalKind::hangup())).transpose();
        hangup
            .map(Self)
            .map_err(|error| Fault::machine(format!("signals cannot be received: {error}")))
    }

    async fn due(&mut self) {
        match &mut self.0 {
            // A stream of signals has no end.
            Some(hangup) => drop(hangup.recv().await),
            None => std::future::pending().await,
        }
    }
}
