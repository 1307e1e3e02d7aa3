//! Connections whose other end has stopped reading (RG-36).

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

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
    type Io = Pin<Box<TimeoutStream<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.pause_max));
        (Box::pin(stream), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const PAUSE_MAX: Duration = Duration::from_millis(200);

    /// RG-36: who reads a little at a time is waited for; who reads nothing is not.
    #[tokio::test]
    async fn rg_36_who_stops_reading_is_cut_off() {
        let mut listener =
            PatientListener::new(TcpListener::bind("127.0.0.1:0").await.expect("a free port"), PAUSE_MAX);
        let address = Listener::local_addr(&listener).expect("it is bound");
        let mut reader = TcpStream::connect(address).await.expect("it listens");
        let (mut writer, _) = Listener::accept(&mut listener).await;
        // More than any buffer between the two holds.
        let writing = tokio::spawn(async move { writer.write_all(&vec![1; 64 << 20]).await });
        let mut some = vec![0; 1 << 20];
        for _ in 0..4 {
            tokio::time::sleep(PAUSE_MAX / 4).await;
            reader.read_exact(&mut some).await.expect("it is still written");
        }
        let ended = writing.await.expect("the task ends").expect_err("nothing more is read");
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
    }
}
