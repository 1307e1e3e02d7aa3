//! Bytes on their way out.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt};

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

    /// The bytes of an object from one place up to another. No more is read than is taken.
    pub(crate) async fn read(&self, key: &str, range: Range<u64>) -> Result<ByteStream, StorageError> {
        if range.is_empty() {
            return Ok(stream::empty().boxed());
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range.clone())), ..GetOptions::default() };
        let found = self.store.get_opts(&Path::from(key), options).await?;
        Ok(match found.payload {
            GetResultPayload::File(file, _) => from_file(file, range),
            GetResultPayload::Stream(bytes) => bytes.map_err(io::Error::other).boxed(),
        })
    }
}

fn from_file(file: File, range: Range<u64>) -> ByteStream {
    let next = move |(file, range): (File, Range<u64>)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let reading = tokio::task::spawn_blocking(move || block(file, range));
        let (bytes, file, rest) = reading.await.map_err(io::Error::other)??;
        Ok(Some((bytes, (file, rest))))
    };
    stream::try_unfold((file, range), next).boxed()
}

/// The next block; an error when the file has become shorter.
fn block(mut file: File, range: Range<u64>) -> io::Result<(Bytes, File, Range<u64>)> {
    let count = BLOCK_BYTES.min(range.end - range.start);
    let mut bytes = vec![0; usize::try_from(count).map_err(io::Error::other)?];
    file.seek(SeekFrom::Start(range.start))?;
    file.read_exact(&mut bytes)?;
    Ok((bytes.into(), file, range.start + count..range.end))
}
