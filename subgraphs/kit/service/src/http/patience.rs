//! Connections whose other end has stopped reading (RG-36).

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;

/// A listener whose connections break off when nothing more can be written to them for this long.
pub(crate) struct PatientListener {
    listener: TcpListener,
    pause_max: Duration,
}

impl PatientListener {
    pub(crate) const fn new(listener: TcpListener, pause_max: Duration) -> Self {
        Self { listener, pause_max }
    }
}

impl Listener for PatientListener {
    type Io = Patient<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Patient { stream, pause_max: self.pause_max, pause: None }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A stream that waits for its reader, but not for ever.
pub(crate) struct Patient<Stream> {
    stream: Stream,
    pause_max: Duration,
    /// Since nothing more could be written.
    pause: Option<Pin<Box<Sleep>>>,
}

impl<Stream: Unpin> Patient<Stream> {
    fn write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut Stream>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let written = write(Pin::new(&mut self.stream), context);
        if written.is_ready() {
            self.pause = None;
            return written;
        }
        let pause_max = self.pause_max;
        let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause_max)));
        ready!(pause.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<Stream: AsyncRead + Unpin> AsyncRead for Patient<Stream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<Stream: AsyncWrite + Unpin> AsyncWrite for Patient<Stream> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(context, |stream, context| stream.poll_write_vectored(context, pieces))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;

    const PAUSE_MAX: Duration = Duration::from_secs(60);

    /// RG-36: who reads a little at a time is waited for; who reads nothing is not, and the time counts from the last byte.
    #[tokio::test(start_paused = true)]
    async fn rg_36_who_stops_reading_is_cut_off() {
        let (stream, mut reader) = duplex(8);
        let mut patient = Patient { stream, pause_max: PAUSE_MAX, pause: None };
        let writing = tokio::spawn(async move { patient.write_all(&[1; 100]).await });
        let began = Instant::now();
        for _ in 0..5 {
            tokio::time::sleep(PAUSE_MAX - Duration::from_secs(1)).await;
            reader.read_exact(&mut [0; 4]).await.expect("it is still written");
        }
        let ended = writing.await.expect("the task ends").expect_err("nothing more is read");
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
        assert_eq!(began.elapsed().as_secs(), 5 * 59 + 60);
    }
}
