//! Connections: not too many, none that says nothing for long, and by TLS where the address is not loopback.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Connections at a time: some for each of many reviewers.
const CONNECTIONS_AT_MOST: usize = 256;
/// How long the handshake of TLS may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a connection is kept on which nothing comes.
const SILENCE: Duration = Duration::from_secs(300);

/// What is wrong with certificate or key.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}", path = .path.display())]
pub struct TlsError {
    path: PathBuf,
    reason: String,
}

/// Reads a chain of certificates and its private key (PEM).
pub(super) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let wrong = |path: &Path, reason: String| TlsError { path: path.to_owned(), reason };
    let mode = std::fs::metadata(key).map_err(|error| wrong(key, error.to_string()))?.permissions().mode();
    if mode & 0o027 != 0 {
        return Err(wrong(key, "others can read or change this private key; `chmod 600` it".to_owned()));
    }
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| wrong(certificate, format!("no certificates in PEM form ({error})")))?;
    if chain.is_empty() {
        return Err(wrong(certificate, "no certificate in it".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, format!("no private key in PEM form ({error})")))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, private));
    let mut config = config.map_err(|error| wrong(certificate, format!("certificate and key do not fit ({error})")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Bytes to and from a browser, plain or by TLS.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection, with its place among those that are allowed and its patience.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    silence: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.silence.as_mut().reset(Instant::now() + SILENCE);
        } else if self.silence.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Where connections come in. Handshakes go on beside one another, so that a slow one keeps nobody waiting.
pub(super) struct Door {
    came: mpsc::Receiver<(Connection, SocketAddr)>,
    at: SocketAddr,
}

impl Door {
    /// Within a runtime only.
    pub(super) fn new(listener: TcpListener, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        let at = listener.local_addr()?;
        let (give, came) = mpsc::channel(CONNECTIONS_AT_MOST);
        tokio::spawn(async move {
            let places = Arc::new(Semaphore::new(CONNECTIONS_AT_MOST));
            while let Ok(place) = Arc::clone(&places).acquire_owned().await {
                // Waits out errors such as too many open files.
                let (tcp, from) = tokio::select! {
                    accepted = accept(&listener) => accepted,
                    () = give.closed() => return,
                };
                let _ = tcp.set_nodelay(true);
                let (tls, give) = (tls.clone(), give.clone());
                tokio::spawn(async move {
                    let stream: Box<dyn Stream> = match tls {
                        None => Box::new(tcp),
                        Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(tcp)).await {
                            Ok(Ok(stream)) => Box::new(stream),
                            _ => return,
                        },
                    };
                    let connection = Connection { stream, silence: Box::pin(tokio::time::sleep(SILENCE)), _place: place };
                    let _ = give.send((connection, from)).await;
                });
            }
        });
        Ok(Self { came, at })
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

impl Listener for Door {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        match self.came.recv().await {
            Some(came) => came,
            // The task that gives ends after this one alone.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.at)
    }
}
