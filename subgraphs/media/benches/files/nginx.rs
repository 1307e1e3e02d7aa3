//! nginx, on the same file or before the same server.

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
    /// One that serves a file; nothing when it is not installed.
    pub(crate) fn serving(file: &Path) -> Option<Self> {
        let (root, name) = (file.parent().unwrap().display(), file.file_name().unwrap().to_str().unwrap());
        Self::start(&format!("root {root};"), name)
    }

    /// One that passes everything on to a server, while it comes and without files of its own; nothing when it is not
    /// installed.
    pub(crate) fn before(origin: &str) -> Option<Self> {
        let location = format!(
            "client_max_body_size 0; location / {{ proxy_pass {origin}; proxy_http_version 1.1;\n\
             proxy_set_header Connection \"\"; proxy_request_buffering off; proxy_max_temp_file_size 0; }}"
        );
        Self::start(&location, "")
    }

    fn start(server: &str, name: &str) -> Option<Self> {
        let program = ["nginx", "/usr/sbin/nginx"].into_iter().find(|program| {
            Command::new(program).arg("-v").stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        })?;
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let place = folder.path().display();
        let configuration = format!(
            "daemon off; worker_processes auto; pid {place}/pid; error_log {place}/error; user root;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; default_type video/mp4;\n\
             client_body_temp_path {place}/a; proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;\n\
             uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;\n\
             server {{ listen 127.0.0.1:{port}; {server} }} }}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), configuration).unwrap();
        let running = Command::new(program).arg("-c").arg(folder.path().join("nginx.conf")).spawn().unwrap();
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(10), "nginx does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self { url: format!("http://127.0.0.1:{port}/{name}"), server: running, _folder: folder })
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage::of(self.processes())
    }

    /// Itself and its workers.
    pub(crate) fn processes(&self) -> Vec<u32> {
        children(self.server.id()).into_iter().chain([self.server.id()]).collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end when they find their master gone.
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
    }
}
