//! An issuer's public keys in a file.

use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use router_server::{JwksError, JwksSource};
use tokio::io::AsyncReadExt;

/// More than a key set has; the rest of a larger file is not read, and the set not believed.
const FILE_BYTES_MAX: u64 = 256 * 1024 + 1;

/// A file with a JSON Web Key Set (RFC 7517), read anew whenever the router wants its keys anew.
#[derive(Debug)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// The file at this path.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }
}

#[async_trait]
impl JwksSource for KeyFile {
    async fn fetch(&self) -> Result<Bytes, JwksError> {
        let read = async {
            let mut text = Vec::new();
            tokio::fs::File::open(&self.0).await?.take(FILE_BYTES_MAX).read_to_end(&mut text).await?;
            std::io::Result::Ok(text)
        };
        read.await.map(Bytes::from).map_err(|error| JwksError::Unreadable(format!("{}: {error}", self.0.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(file: &std::path::Path) -> Result<Bytes, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(KeyFile::new(file.to_path_buf()).fetch()).map_err(|error| error.to_string())
    }

    /// JWT-15: keys rotate by replacing the file.
    #[test]
    fn a_file_is_read_anew_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        assert!(fetch(&file).unwrap_err().contains("keys.json"), "the error names the file");
        for text in [r#"{"keys":[]}"#, r#"{"keys":[{}]}"#] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(fetch(&file).unwrap(), text);
        }
    }

    #[test]
    fn a_file_without_end_is_not_read_to_it() {
        assert_eq!(fetch(std::path::Path::new("/dev/zero")).unwrap().len() as u64, FILE_BYTES_MAX);
    }
}
