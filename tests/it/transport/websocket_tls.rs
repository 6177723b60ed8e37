//! WebSockets over TLS (§4, §14): who is believed, what is told to whoever is not, and that frames travel as they do without.

use super::*;

use std::net::SocketAddr;

use arcp_runtime::transport::tls::{Identity, TlsError, Trust};
use arcp_runtime::transport::websocket::{AcceptError, ConnectError, ConnectOptions, Refusal};
use arcp_tests::certificates::{Authority, Pair, self_signed};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const HERE: &[&str] = &["localhost", "127.0.0.1"];
/// What a runtime reads at most if nobody says otherwise.
const LARGEST: usize = 4 << 20;

fn identity(pair: &Pair) -> Identity {
    Identity::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes()).unwrap()
}

fn trust(authority: &Authority) -> Trust {
    Trust::only(authority.pem().as_bytes()).unwrap()
}

fn client(max_frame: usize) -> ConnectOptions {
    ConnectOptions::default().with_limits(WebSocketLimits::client().with_max_frame(max_frame))
}

type Accepting = JoinHandle<Result<BoxTransport, AcceptError>>;

/// Accepts one connection with TLS.
async fn accepting(identity: Identity) -> (SocketAddr, Accepting) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let limits = WebSocketLimits::server().with_max_frame(LARGEST);
        let accepted =
            websocket::accept_tls(stream, &identity, &limits, websocket::loopback_only).await;
        accepted.map(|transport| Box::new(transport) as BoxTransport)
    });
    (address, accepting)
}

/// Two connected ends; the first is the client.
async fn tls_pair() -> (BoxTransport, BoxTransport) {
    let authority = Authority::new();
    let (address, accepting) = accepting(identity(&authority.sign(HERE))).await;
    let options = client(LARGEST).with_trust(trust(&authority));
    let url = format!("wss://{address}");
    let there = websocket::connect(&url, &options).await.unwrap();
    (Box::new(there), accepting.await.unwrap().unwrap())
}

/// Why a client does not connect to whoever shows `pair`, and that the other end heard of it.
async fn refused(pair: &Pair, options: &ConnectOptions) -> String {
    let (address, accepting) = accepting(identity(pair)).await;
    let url = format!("wss://localhost:{}/arcp", address.port());
    let error = websocket::connect(&url, options).await.unwrap_err();
    assert!(matches!(error, ConnectError::Tls { .. }), "{error:?}");
    assert!(!error.is_transient(), "{error}");
    let heard = accepting.await.unwrap();
    assert!(matches!(heard, Err(AcceptError::Tls(_))), "{heard:?}");
    error.to_string()
}

#[tokio::test]
async fn what_a_transport_promises_holds_over_tls() {
    frames_arrive_whole_and_in_order_both_ways(tls_pair().await).await;
    a_frame_of_the_largest_size_passes(tls_pair().await).await;
    what_was_sent_before_the_close_arrives(tls_pair().await).await;
    nothing_can_be_read_after_the_end(tls_pair().await).await;
    sending_to_a_vanished_peer_fails_and_does_not_hang(tls_pair().await).await;
    a_waiting_reader_wakes_when_a_frame_comes(tls_pair().await).await;
}

#[tokio::test]
async fn frames_of_many_records_pass_both_ways() {
    let (mut a, mut b) = tls_pair().await;
    let text = "0123456789abcdef".repeat(LARGEST / 16);
    let same = text.clone();
    let peer = tokio::spawn(async move {
        let read = frame(&mut b).await;
        send(&mut b, &read).await.unwrap();
        b
    });
    send(&mut a, &same).await.unwrap();
    assert!(frame(&mut a).await == text, "it came back as it was sent");
    peer.await.unwrap();
}

#[tokio::test]
async fn goodbyes_and_their_absence_are_told_apart() {
    let (mut a, mut b) = tls_pair().await;
    let closing =
        tokio::spawn(async move { close(&mut a, CloseCode::TakenOver, "resumed elsewhere").await });
    assert!(recv(&mut b).await.is_none());
    assert_eq!(b.goodbye(), Some(Goodbye::new(4001, "resumed elsewhere")));
    drop(b);
    closing.await.unwrap().unwrap();

    // Neither a close frame nor TLS's own notice: an end that anybody on the way could have made.
    for client_goes in [true, false] {
        let (a, b) = tls_pair().await;
        let (gone, mut left) = if client_goes { (a, b) } else { (b, a) };
        drop(gone);
        let end = recv(&mut left).await;
        assert!(matches!(end, Some(Err(TransportError::Io(_)))), "{end:?}");
        assert!(left.goodbye().is_none());
    }
}

#[tokio::test]
async fn whoever_is_not_believed_is_named_with_the_cure() {
    let known = Authority::new();
    let trusting = ConnectOptions::default().with_trust(trust(&known));
    let said = refused(&known.sign(&["runtime.example"]), &trusting).await;
    assert!(
        said.contains("is not for localhost but for runtime.example; connect by a name"),
        "{said}"
    );
    let said = refused(&known.sign(&[]), &trusting).await;
    assert!(said.contains("but for no name at all"), "{said}");
    // One has a name of its own, the other the name of the one that is known.
    for stranger in [Authority::named("stranger"), Authority::new()] {
        let said = refused(&stranger.sign(HERE), &trusting).await;
        assert!(
            said.contains("signed by nobody who is trusted here; name its authority"),
            "{said}"
        );
    }
    let said = refused(&known.sign_expired(HERE), &trusting).await;
    assert!(said.contains("has expired; it needs a new one"), "{said}");
    let said = refused(&known.sign_authority(HERE), &trusting).await;
    assert!(
        said.contains("(CA:TRUE)") && said.contains("CA:FALSE"),
        "{said}"
    );
}

#[tokio::test]
async fn the_authorities_of_the_machine_know_nobody_of_ours() {
    let (address, _accepting) = accepting(identity(&Authority::new().sign(HERE))).await;
    let url = format!("wss://{address}");
    let error = websocket::connect(&url, &ConnectOptions::default())
        .await
        .unwrap_err();
    let said = error.to_string();
    // A machine may have no authorities at all, and says so.
    assert!(
        said.contains("nobody who is trusted here") || said.contains("no certificate authorities"),
        "{said}"
    );
    assert!(!error.is_transient());
}

#[tokio::test]
async fn a_certificate_that_vouches_for_itself_can_be_trusted() {
    let pair = self_signed(HERE);
    let (address, accepting) = accepting(identity(&pair)).await;
    let only = Trust::only(pair.certificate.as_bytes()).unwrap();
    let options = ConnectOptions::default().with_trust(only);
    let mut there = websocket::connect(&format!("wss://{address}"), &options)
        .await
        .unwrap();
    let mut here = accepting.await.unwrap().unwrap();
    send(&mut there, "1").await.unwrap();
    assert_eq!(frame(&mut here).await, "1");
}

#[tokio::test]
async fn a_plain_client_is_told_to_speak_tls() {
    let (address, accepting) = accepting(identity(&Authority::new().sign(HERE))).await;
    let url = format!("ws://{address}/arcp");
    let error = websocket::connect(&url, &ConnectOptions::default())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("HTTP 400: this port speaks TLS only; connect with wss://"),
        "{error}"
    );
    assert!(!error.is_transient());
    let heard = accepting.await.unwrap();
    assert!(
        matches!(
            heard,
            Err(AcceptError::Refused(Refusal { status: 400, .. }))
        ),
        "{heard:?}"
    );
}

#[tokio::test]
async fn a_tls_client_is_told_to_speak_plainly() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        websocket::accept_tcp(stream, &WebSocketLimits::server(), |_| Ok(())).await
    });
    let options = ConnectOptions::default().with_trust(trust(&Authority::new()));
    let error = websocket::connect(&format!("wss://{address}"), &options)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("does not speak TLS; use ws://"),
        "{error}"
    );
    assert!(!error.is_transient());
    assert!(accepting.await.unwrap().is_err());
}

#[tokio::test]
async fn a_handshake_that_breaks_off_is_worth_another_try() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let leaving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 64];
        stream.read_exact(&mut hello).await.unwrap();
    });
    let options = ConnectOptions::default().with_trust(trust(&Authority::new()));
    let error = websocket::connect(&format!("wss://{address}"), &options)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("in the middle of the handshake"),
        "{error}"
    );
    assert!(error.is_transient());
    leaving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn whoever_stalls_in_the_handshake_is_given_up() {
    let (address, accepting) = accepting(identity(&Authority::new().sign(HERE))).await;
    let mut stalled = TcpStream::connect(address).await.unwrap();
    // The head of a record that is announced with 512 bytes, and nothing of them.
    stalled.write_all(&[0x16, 3, 1, 2, 0]).await.unwrap();
    let heard = accepting.await.unwrap();
    assert!(matches!(heard, Err(AcceptError::TooSlow(_))), "{heard:?}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("wss://{}", listener.local_addr().unwrap());
    let options = ConnectOptions::default().with_trust(trust(&Authority::new()));
    let error = websocket::connect(&url, &options).await.unwrap_err();
    assert!(matches!(error, ConnectError::TooSlow { .. }), "{error}");
    drop(listener);
}

#[test]
fn what_cannot_be_shown_is_told_with_the_cure() {
    let authority = Authority::new();
    let (one, other) = (authority.sign(HERE), authority.sign(HERE));
    let error = |certificate: &str, key: &str| {
        Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err()
    };
    let mismatch = error(&one.certificate, &other.key);
    assert!(matches!(mismatch, TlsError::KeyMismatch), "{mismatch}");
    assert!(mismatch.to_string().contains("does not fit"));
    assert!(matches!(error(&one.key, &one.key), TlsError::NoCertificate));
    assert!(matches!(error("", &one.key), TlsError::NoCertificate));
    assert!(matches!(
        error(&one.certificate, &one.certificate),
        TlsError::NoKey
    ));
    let locked = one.key.replace(" PRIVATE", " ENCRYPTED PRIVATE");
    let error_of_locked = error(&one.certificate, &locked);
    assert!(
        error_of_locked.to_string().contains("or it is encrypted"),
        "{error_of_locked}"
    );
    let torn = one.certificate.replace("MI", "?!");
    assert!(matches!(error(&torn, &one.key), TlsError::NotPem(_)));
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(error(nonsense, &one.key), TlsError::Unusable(_)));
    assert!(Trust::only(nonsense.as_bytes()).is_err());
    assert!(matches!(
        Trust::only(b"").unwrap_err(),
        TlsError::NoCertificate
    ));

    let both = format!("{}{}", one.certificate, one.key);
    let identity = Identity::from_pem(both.as_bytes(), both.as_bytes()).unwrap();
    assert!(!format!("{identity:?}").contains("PRIVATE"));
}

#[test]
fn an_expired_certificate_can_be_shown_and_says_when_it_did() {
    let pair = Authority::new().sign_expired(HERE);
    let end = identity(&pair).not_after().unwrap();
    assert_eq!(end, "2002-03-04T00:00:00Z".parse().unwrap());
}
