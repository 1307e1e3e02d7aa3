//! nginx on the same file.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{Usage, children};

/// A private nginx, which ends with this value.
pub(crate) struct Nginx {
    pub(crate) url: String,
    server: Child,
    _folder: TempDir,
}

impl Nginx {
    /// Starts it; nothing when it is not installed.
    pub(crate) fn start(file: &Path) -> Option<Self> {
        let program = ["nginx", "/usr/sbin/nginx"].into_iter().find(|program| {
            Command::new(program).arg("-v").stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        })?;
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (root, name) = (file.parent().unwrap().display(), file.file_name().unwrap().to_str().unwrap());
        let place = folder.path().display();
        let configuration = format!(
            "daemon off; worker_processes auto; pid {place}/pid; error_log {place}/error; user root;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; default_type video/mp4;\n\
             client_body_temp_path {place}/a; proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;\n\
             uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;\n\
             server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), configuration).unwrap();
        let server = Command::new(program).arg("-c").arg(folder.path().join("nginx.conf")).spawn().unwrap();
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(10), "nginx does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self { url: format!("http://127.0.0.1:{port}/{name}"), server, _folder: folder })
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage::of(children(self.server.id()).into_iter().chain([self.server.id()]))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end when they find their master gone.
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
    }
}
