//! The program that a client over stdio starts as its runtime: it carries bytes between its standard input and output and the kit,
//! which plays the runtime (§4). It judges nothing, and writes nothing of its own to standard output.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Bytes that are held in each direction.
const BUFFER: usize = 64 << 10;

/// Carries until the kit or the client has ended. Blocks.
///
/// # Errors
/// When the kit does not wait at `door`, or the pipes cannot be used.
pub fn carry(door: &Path) -> Result<(), String> {
    let broken = |error: io::Error| error.to_string();
    let mut kit = UnixStream::connect(door).map_err(|error| {
        format!(
            "the kit does not wait at {}: {error}; this is what a client starts while `arcp conform client` tests it",
            door.display()
        )
    })?;
    let mut to_kit = kit.try_clone().map_err(broken)?;
    // Without the library's buffers: a line that has come is passed on.
    let own = |fd: io::Result<OwnedFd>| fd.map(File::from).map_err(broken);
    let mut from_client = own(io::stdin().as_fd().try_clone_to_owned())?;
    let mut to_client = own(io::stdout().as_fd().try_clone_to_owned())?;
    std::thread::spawn(move || {
        // The kit decides what the end of the client's lines means; it may still answer.
        let _ = copy(&mut from_client, &mut to_kit);
        let _ = to_kit.shutdown(Shutdown::Write);
    });
    // Whichever of the two is gone first, this program has done its work.
    let _ = copy(&mut kit, &mut to_client);
    Ok(())
}

/// Copies to the end of what is read. Not the standard library's copy: that lets the kernel splice, which keeps the pipe locked as long as it waits
/// for the socket, and a client that is killed cannot close its end of a locked pipe.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => to.write_all(&buffer[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
