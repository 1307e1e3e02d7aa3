//! Bytes on their way out.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use tokio::task::JoinHandle;

use super::writing::Examined;
use super::{Received, Storage, StorageError};

/// How much is read at a time: large enough that the change to a blocking thread costs little, small enough for many
/// slow readers at once.
const BLOCK_BYTES: u64 = 256 * 1024;

/// The bytes of an object, or a part of it. An error in the middle breaks the reply off: it never ends early in silence.
pub(crate) type ByteStream = BoxStream<'static, io::Result<Bytes>>;

impl Storage {
    /// What an object is, read from its beginning to its end.
    pub(crate) async fn examine(&self, key: &str) -> Result<Received, StorageError> {
        let found = self.store.get(&Path::from(key)).await?;
        let mut bytes = found.into_stream();
        let mut examined = Examined::default();
        while let Some(next) = bytes.try_next().await? {
            examined.add(&next);
        }
        Ok(examined.so_far())
    }

    /// The bytes of an object from one place up to another. One block is read ahead of what is taken, and no more.
    pub(crate) async fn read(&self, key: &str, range: Range<u64>) -> Result<ByteStream, StorageError> {
        if range.is_empty() {
            return Ok(stream::empty().boxed());
        }
        let path = Path::from(key);
        if let Some(folder) = &self.folder {
            return from_file(folder.path_to_filesystem(&path)?, path, range).await;
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.store.get_opts(&path, options).await?;
        Ok(found.into_stream().map_err(io::Error::other).boxed())
    }
}

/// A file is opened and its first block read at one go, as every change to a blocking thread costs more than the block.
/// While a block is on its way to its reader, the next one is read; no thread waits for a slow reader.
async fn from_file(file: PathBuf, path: Path, range: Range<u64>) -> Result<ByteStream, StorageError> {
    let opening = tokio::task::spawn_blocking(move || {
        let mut file = File::open(file)?;
        file.seek(SeekFrom::Start(range.start))?;
        Reading { file, range }.block()
    });
    let first = opening.await.map_err(io::Error::other).flatten().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => object_store::Error::NotFound { path: path.into(), source: error.into() }.into(),
        _ => StorageError::broken(error),
    })?;
    let next = |block: Option<Block>| async move {
        let Some(block) = block else { return Ok(None) };
        let (bytes, rest) = match block {
            Block::Read(bytes, rest) => (bytes, rest),
            Block::Ahead(reading) => reading.await.map_err(io::Error::other)??,
        };
        let ahead = (!rest.range.is_empty()).then(|| Block::Ahead(tokio::task::spawn_blocking(|| rest.block())));
        Ok(Some((bytes, ahead)))
    };
    Ok(stream::try_unfold(Some(Block::Read(first.0, first.1)), next).boxed())
}

enum Block {
    Read(Bytes, Reading),
    Ahead(JoinHandle<io::Result<(Bytes, Reading)>>),
}

/// A file, at the place where what is left to read of it begins.
struct Reading {
    file: File,
    range: Range<u64>,
}

impl Reading {
    /// The next block; an error when the file has become shorter.
    fn block(mut self) -> io::Result<(Bytes, Self)> {
        let count = BLOCK_BYTES.min(self.range.end - self.range.start);
        // Room that is not cleared before it is filled.
        let mut bytes = Vec::with_capacity(usize::try_from(count).map_err(io::Error::other)?);
        (&self.file).take(count).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.range.start += count;
        Ok((bytes.into(), self))
    }
}
